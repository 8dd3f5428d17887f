"""Takes a machine out of the fleet: its configuration and all that was made move to GAN/retired/{machine_id}/.

`--restore` brings it back as it was. Nothing is deleted.
"""

import _path  # noqa: F401

from gan.pipeline.runner import script_main
from gan.pipeline.tools.retire import configure, work

if __name__ == "__main__":
    script_main("retire", __doc__ or "", work, configure, machine=True)
