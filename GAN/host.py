"""The process in which a worker runs scripts (activities/python/host.ts starts it): see gan/runtime/host.py."""

from gan.runtime.host import main

if __name__ == "__main__":
    main()
