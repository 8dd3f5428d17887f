"""The bytes of a file that a person names: a regular file of bounded size, recognised by its content."""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
import stat
import zlib
from pathlib import Path
from typing import BinaryIO

from gan.runtime.errors import InvalidInput

# Of a file of recorded rows, compressed or not; it is read into memory whole.
MAX_BYTES = 2 << 30
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
NOT_UTF8 = "convert it, e.g. iconv -f latin1 -t utf-8 OLD > NEW"
AS_CSV = "save it as CSV UTF-8 and import that"
# How files begin that are no text, what they are, and what helps.
_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook (.xlsx), or another zip", f"{AS_CSV}; a zip must be unpacked"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)", AS_CSV),
    (b"MATLAB 5.0", "a MATLAB file", "in MATLAB: writetable(T, 'rows.csv')"),
    (b"\x89HDF", "an HDF5 or MATLAB file", "in MATLAB: writetable(T, 'rows.csv'); in pandas: to_parquet"),
    (b"ARROW1", "a Feather file", "in pandas: to_parquet"),
    (b"BZh", "packed with bzip2", "unpack it: bunzip2 FILE"),
    (b"\xfd7zXZ", "packed with xz", "unpack it: unxz FILE"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", "unpack it: unzstd FILE"),
    (b"SQLite format", "an SQLite database", "export its table as CSV"),
    (b"\x80\x04", "a pickle, which may run code and is never read", "in pandas: to_parquet"),
    (b"\x80\x05", "a pickle, which may run code and is never read", "in pandas: to_parquet"),
    (b"%PDF", "a PDF", "export the table as CSV"),
    (b"{", "JSON", "in pandas: pd.read_json(FILE).to_csv('rows.csv', index=False)"),
    (b"<", "HTML or XML", AS_CSV),
)


def read_regular(path: Path, field: str, most: int = MAX_BYTES) -> bytes:
    """A regular file's bytes. Raises InvalidInput for one that is missing, not regular, or larger than `most` bytes."""
    with opened(path, field) as file:
        if os.fstat(file.fileno()).st_size > most:
            raise too_large(path, field, most)
        data = file.read(most + 1)
    if len(data) > most:
        raise too_large(path, field, most)
    return data


def digest(path: Path, field: str) -> str:
    """Digest (sha256) of a regular file's bytes, hexadecimal. Raises as `opened`."""
    sha = hashlib.sha256()
    with opened(path, field) as file:
        while part := file.read(1 << 20):
            sha.update(part)
    return sha.hexdigest()


def opened(path: Path, field: str) -> BinaryIO:
    """A regular file to read. Raises InvalidInput for one that is missing, or not regular."""
    try:
        # Non-blocking, so as not to wait for a FIFO's writer.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise InvalidInput(f"{field}: no file {path}", field=field) from None
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            raise InvalidInput(f"{field}: {path} may not be read: check its owner and mode", field=field) from None
        raise InvalidInput(f"{field}: {path} is not readable: {error.strerror}", field=field) from None
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        what = "a folder" if stat.S_ISDIR(about.st_mode) else "a device or a pipe"
        raise InvalidInput(f"{field}: {path} is {what}: only a regular file is read", field=field)
    return os.fdopen(handle, "rb")


def too_large(path: Path, field: str, most: int) -> InvalidInput:
    """The error for a file or a folder of more bytes than are read."""
    return InvalidInput(
        f"{field}: {path.name} is larger than {most >> 20} MiB, which is the most that is read",
        field=field,
        hint="a large file is read in parts where a column names its runs (--run_column); else fewer runs or columns",
    )


def unpacked(data: bytes, path: Path) -> bytes:
    """The bytes without gzip. Raises InvalidInput for a damaged file, or one that expands beyond MAX_BYTES."""
    if not data.startswith(GZIP):
        return data
    parts: list[bytes] = []
    size = 0
    while data:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            parts.append(unpacker.decompress(data, MAX_BYTES + 1 - size))
        except zlib.error:
            raise InvalidInput(f"{path.name} is a damaged gzip file", field="csv") from None
        size += len(parts[-1])
        if size > MAX_BYTES:
            raise too_large(path, "csv", MAX_BYTES)
        if not unpacker.eof:
            raise InvalidInput(f"{path.name} is a gzip file that was cut off", field="csv")
        data = unpacker.unused_data if unpacker.unused_data.startswith(GZIP) else b""
    return b"".join(parts)


def is_parquet(data: bytes) -> bool:
    return data.startswith(PARQUET)


def text_of(data: bytes, path: Path) -> bytes:
    """Rows as UTF-8 text without a byte order mark. Raises InvalidInput that says what the file is instead."""
    if data[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return _decoded(data, "utf-32", path)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _decoded(data, "utf-16", path)
    data = data.removeprefix(b"\xef\xbb\xbf")
    for start, what, hint in _OTHERS:
        if data.startswith(start):
            raise InvalidInput(f"{path.name} is not readable: it is {what}, not CSV or parquet", field="csv", hint=hint)
    head = data[:4096]
    for marked, encoding in ((head[1::2], "utf-16-le"), (head[::2], "utf-16-be")):
        if len(marked) > 8 and marked.count(0) > 0.8 * len(marked):
            return _decoded(data, encoding, path)
    if b"\0" in data:
        raise InvalidInput(f"{path.name} is not readable: it is not text but binary", field="csv", hint=AS_CSV)
    try:
        # The rest of a large file is checked as it is parsed.
        codecs.getincrementaldecoder("utf-8")().decode(data[: 1 << 20])
    except UnicodeDecodeError:
        raise not_utf8(path) from None
    return data


def not_utf8(path: Path) -> InvalidInput:
    return InvalidInput(f"{path.name} is not readable: it is not UTF-8 text", field="csv", hint=NOT_UTF8)


def _decoded(data: bytes, encoding: str, path: Path) -> bytes:
    try:
        return data.decode(encoding).removeprefix("\ufeff").encode()
    except UnicodeDecodeError:
        raise InvalidInput(
            f"{path.name} is not readable: it begins as {encoding.upper()} text and goes on as something else",
            field="csv",
            hint=AS_CSV,
        ) from None
