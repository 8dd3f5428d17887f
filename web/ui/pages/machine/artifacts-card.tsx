import { Card, Table, Text, Title } from '@mantine/core';
import type { MachineDetail } from '../../../../contracts/api/machine.js';
import { Copy } from '../../components/copy.js';
import { When } from '../../components/time.js';
import { bytes } from '../../format.js';
import classes from './machine.module.css';

/** The machine's files: how large, from when, and their digests. */
export function ArtifactsCard({ detail: { files, published } }: { detail: MachineDetail }) {
  return (
    <Card>
      <Title order={2} size="h5" mb="xs">
        Artifacts
      </Title>
      <div
        className={`${classes['scroll'] ?? ''} ${classes['files'] ?? ''}`}
        tabIndex={0}
        role="region"
        aria-label="Artifacts"
      >
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What</Table.Th>
              <Table.Th className="numbers">Rows</Table.Th>
              <Table.Th className="numbers">Size</Table.Th>
              <Table.Th>Made</Table.Th>
              <Table.Th>SHA-256</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {files.map((file) => (
              <Table.Tr key={file.key} title={file.key}>
                <Table.Td>{file.what}</Table.Td>
                <Table.Td className="numbers">{file.rows?.toLocaleString('en') ?? ''}</Table.Td>
                <Table.Td className="numbers">{bytes(file.bytes)}</Table.Td>
                <Table.Td>
                  <When at={file.modifiedAt} />
                </Table.Td>
                <Table.Td>
                  {file.sha256 !== null && (
                    <span className={`mono ${classes['digest'] ?? ''}`}>
                      {file.sha256.slice(0, 12)}
                      <Copy value={file.sha256} what={`the digest of ${file.what}`} />
                    </span>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Text size="xs" c="dimmed" mt="xs">
        {published === null ? (
          'No data set is published.'
        ) : (
          <>
            Published: generation <span className="mono">{published}</span>
          </>
        )}
      </Text>
    </Card>
  );
}
