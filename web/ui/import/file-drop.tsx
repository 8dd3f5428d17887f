import { Button, Group, Progress, Text } from '@mantine/core';
import { useRef, useState } from 'react';
import type { DragEvent } from 'react';
import type { Upload } from '../../../contracts/api/imports.js';
import { Failed } from '../components/states.js';
import { sendFile } from './send.js';
import classes from './import.module.css';

interface Props {
  upload: Upload | null;
  received: (upload: Upload | null) => void;
}

/** Takes a file by drag and drop or from a dialog, and sends it. */
export function FileDrop({ upload, received }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const stop = useRef<AbortController | null>(null);
  const take = async (files: FileList | null) => {
    const file = files?.[0];
    if (file === undefined) return;
    stop.current?.abort();
    const control = new AbortController();
    stop.current = control;
    setError(null);
    setShare(0);
    try {
      received(await sendFile(file, setShare, control.signal));
    } catch (refused) {
      if (!control.signal.aborted) setError(refused);
    } finally {
      if (stop.current === control) setShare(null);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files);
  };
  return (
    <div
      className={`${classes['drop'] ?? ''} ${over ? (classes['over'] ?? '') : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => {
        setOver(false);
      }}
      onDrop={drop}
    >
      <input
        ref={input}
        id="import-file"
        type="file"
        className={classes['hidden']}
        aria-label="File of recorded rows"
        accept=".csv,.txt,.tsv,.dat,.gz,.parquet,.pq"
        onChange={(event) => {
          void take(event.currentTarget.files);
          // The same file may be chosen again, after it was changed.
          event.currentTarget.value = '';
        }}
      />
      {share !== null ? (
        <Group wrap="nowrap">
          <Text size="sm" className={classes['nowrap'] ?? ''}>
            Sending… {Math.floor(share * 100)} %
          </Text>
          <Progress value={share * 100} aria-label="How much of the file is sent" flex={1} />
          <Button
            variant="default"
            onClick={() => {
              stop.current?.abort();
              setShare(null);
            }}
          >
            Stop sending
          </Button>
        </Group>
      ) : (
        <Group justify="space-between">
          <Text size="sm">
            {upload === null ? (
              'Drop a CSV or parquet file here: rows in time, with a column for each sensor.'
            ) : (
              <>
                <b>{upload.name}</b> <span className={classes['dim']}>{sizeOf(upload.bytes)}</span>
              </>
            )}
          </Text>
          <Button variant={upload === null ? 'filled' : 'default'} onClick={() => input.current?.click()}>
            {upload === null ? 'Choose a file' : 'Choose another file'}
          </Button>
        </Group>
      )}
      {error !== null && <Failed error={error} />}
    </div>
  );
}

function sizeOf(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
