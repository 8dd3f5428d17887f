"""What a piece of the code means, apart from how it is written: a digest of all that is reached from a function.

Comments, docstrings, annotations, formatting, the texts of errors, names of top-level definitions and of modules, and
where a definition stands do not count. All that the function calls or reads does, over modules, lazy imports included,
and so do the pinned versions of the packages that it uses, and the contracts (contracts/generated/) that it reads.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

# A package is imported by another name than it is installed by.
_INSTALLED_AS = {"sklearn": "scikit-learn"}
# What says nothing, or differs from one version of Python to the next.
_IGNORED = frozenset(("ctx", "kind", "type_comment", "type_params", "annotation", "returns"))
_EFFECTS = "<module>"


@dataclass(frozen=True)
class Ref:
    """A top-level definition, by its module and its name. Of a module outside the package, name is empty."""

    module: str
    name: str


@dataclass(frozen=True)
class Meaning:
    """digest: of the meaning. modules and packages: a digest, or the versions, of each, to say where it differs."""

    digest: str
    modules: Mapping[str, str]
    packages: Mapping[str, str]


@dataclass
class _Module:
    """definitions: name → the statements that bind it. effects: what else runs on import. imports: names they bind."""

    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)


class Code:
    """A package's sources. excluded: modules or definitions (dotted) that are not looked into."""

    def __init__(self, package: Path, excluded: Collection[str], pins: Mapping[str, str]) -> None:
        self._package, self._pins = package, pins
        self._excluded = tuple(excluded)
        self._shallow = cache(self._shallow_of)
        self._module = cache(self._parse)

    def meaning(self, roots: Collection[str]) -> Meaning:
        """Of all that is reached from these definitions. Raises LookupError for one that is not there."""
        reached = self._reached([self.find(root) for root in roots])
        inside = sorted((ref for ref in reached if ref.name), key=lambda ref: (ref.module, ref.name))
        packages = {_INSTALLED_AS.get(ref.module, ref.module) for ref in reached if not ref.name}
        pinned = {name: self._pins[name] for name in sorted(packages & self._pins.keys())}
        modules: dict[str, list[str]] = {}
        for ref in inside:
            modules.setdefault(ref.module, []).append(self._text(ref))
        digests = sorted({self._digest(ref) for ref in inside})
        return Meaning(_hash(repr((digests, pinned))), {m: _hash(repr(d)) for m, d in modules.items()}, pinned)

    def find(self, dotted: str) -> Ref:
        """The definition `package.module.name`. Raises LookupError."""
        module, _, name = dotted.rpartition(".")
        if not self._is_module(module) or name not in self._module(module).definitions:
            raise LookupError(f"there is no {dotted}")
        return Ref(module, name)

    def exists(self, dotted: str) -> bool:
        """Whether there is such a package, module or definition."""
        module, _, name = dotted.rpartition(".")
        is_package = self._package.parent.joinpath(*dotted.split(".")).is_dir()
        return (
            is_package
            or self._is_module(dotted)
            or (self._is_module(module) and name in self._module(module).definitions)
        )

    def _reached(self, start: list[Ref]) -> set[Ref]:
        reached: set[Ref] = set()
        waiting = list(start)
        while waiting:
            ref = waiting.pop()
            if ref in reached:
                continue
            reached.add(ref)
            if ref.name:
                waiting += [Ref(ref.module, _EFFECTS)] if _EFFECTS in self._module(ref.module).definitions else []
                waiting += [to for node in self._statements(ref) for to in self._references(ref.module, node)]
        return reached

    def _statements(self, ref: Ref) -> list[ast.stmt]:
        return self._module(ref.module).definitions[ref.name]

    def _references(self, module: str, node: ast.AST) -> Iterator[Ref]:
        for part in ast.walk(node):
            if isinstance(part, ast.Name | ast.Attribute):
                yield from self._refs_of(module, part)
            elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield from self._named_by(part.value)
            elif isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "contract":
                yield from (Ref(contract_pin(arg.value), "") for arg in part.args if isinstance(arg, ast.Constant))

    def _named_by(self, text: str) -> Iterator[Ref]:
        """A module that is imported by its name."""
        if (
            re.fullmatch(rf"{self._package.name}(\.\w+)+", text)
            and self._is_module(text)
            and not self._is_excluded(text)
        ):
            yield from (Ref(text, name) for name in self._module(text).definitions)

    def _refs_of(self, module: str, node: ast.Name | ast.Attribute) -> Iterator[Ref]:
        ref = self._resolve(module, node)
        if ref is not None and not self._is_excluded(f"{ref.module}.{ref.name}"):
            yield ref

    def _resolve(self, module: str, node: ast.expr) -> Ref | None:
        """What a name, or an attribute of a module, refers to; None for what is local or built in, or for a module."""
        if isinstance(node, ast.Name):
            return self._named(module, node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            imported = self._module(module).imports.get(node.value.id)
            whole = None if imported is None else ".".join(filter(None, imported))
            if whole is not None and self._is_module(whole):
                return self._named(whole, node.attr)
        return None

    def _named(self, module: str, name: str) -> Ref | None:
        known = self._module(module)
        if name in known.definitions:
            return Ref(module, name)
        if name not in known.imports:
            return None
        source, attribute = known.imports[name]
        if source.split(".")[0] != self._package.name:
            return Ref(source.split(".")[0], "")
        if attribute and self._is_module(source) and not self._is_module(f"{source}.{attribute}"):
            return self._named(source, attribute)
        return None

    def _is_excluded(self, dotted: str) -> bool:
        return any(dotted == out or dotted.startswith(f"{out}.") for out in self._excluded)

    def _digest(self, ref: Ref) -> str:
        """Of a definition, what it refers to named by its own text: neither names nor places count."""
        return _hash(repr([_plain(node, lambda at: self._place(ref.module, at)) for node in self._statements(ref)]))

    def _place(self, module: str, node: ast.expr) -> str | None:
        ref = self._resolve(module, node)
        if ref is None:
            return None
        if not ref.name:
            return ref.module
        return "excluded" if self._is_excluded(f"{ref.module}.{ref.name}") else self._shallow(ref)

    def _shallow_of(self, ref: Ref) -> str:
        def blank(node: ast.expr) -> str | None:
            return None if self._resolve(ref.module, node) is None else ""

        return _hash(repr([_plain(node, blank) for node in self._statements(ref)]))

    def _text(self, ref: Ref) -> str:
        """Of a definition with its names: says where a difference is."""
        return _hash(repr([_plain(node, lambda _: None) for node in self._statements(ref)]))

    def _path(self, module: str) -> Path:
        path = self._package.parent.joinpath(*module.split("."))
        return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")

    def _is_module(self, module: str) -> bool:
        return module.split(".")[0] == self._package.name and self._path(module).is_file()

    def _parse(self, module: str) -> _Module:
        tree = ast.parse(self._path(module).read_text("utf-8"))
        parsed = _Module()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                parsed.imports |= {_bound(alias): (_whole(alias), "") for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                if node.level:
                    raise LookupError(f"{module}: relative imports are not followed")
                parsed.imports |= {alias.asname or alias.name: (str(node.module), alias.name) for alias in node.names}
        for statement in tree.body:
            for name in _names(statement):
                parsed.definitions.setdefault(name, []).append(statement)
        return parsed


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.split(".")[0]


def _whole(alias: ast.alias) -> str:
    return alias.name if alias.asname else alias.name.split(".")[0]


def _names(statement: ast.stmt) -> list[str]:
    """What a top-level statement binds; a statement that does more than that runs whenever its module is imported."""
    if isinstance(statement, ast.Import | ast.ImportFrom) or _is_text(statement) or _only_imports(statement):
        return []
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        names = [part.id for to in targets for part in ast.walk(to) if isinstance(part, ast.Name)]
        if names:
            return names
    return [_EFFECTS, *{n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}]


def _only_imports(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and all(
        isinstance(inner, ast.Import | ast.ImportFrom) for inner in (*statement.body, *statement.orelse)
    )


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _plain(node: object, place: Callable[[ast.expr], str | None], top: bool = True) -> object:
    """A tree as tuples. place: what stands for a name or an attribute that refers to a definition."""
    if isinstance(node, list):
        return [
            _plain(n, place, False) for n in node if not (_is_text(n) or isinstance(n, ast.Import | ast.ImportFrom))
        ]
    if isinstance(node, ast.Name | ast.Attribute) and (known := place(node)) is not None:
        return "->", known
    if isinstance(node, ast.Raise):
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return "Raise", _plain(error, place, False)
    if not isinstance(node, ast.AST):
        return node
    ignored = _IGNORED | ({"name"} if top else frozenset())
    parts = [
        (name, _plain(value, place, False))
        for name, value in ast.iter_fields(node)
        if name not in ignored and value is not None and value != []
    ]
    return type(node).__name__, parts


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def contract_pin(name: object) -> str:
    """What a contract is called among the pins."""
    return f"contract {name}"


def contracts(folder: Path) -> dict[str, str]:
    """A digest of each generated contract, but for its words: they decide nothing."""
    return {
        contract_pin(file.stem): _hash(repr(_wordless(json.loads(file.read_text("utf-8")))))
        for file in folder.glob("*.json")
    }


def _wordless(value: object) -> object:
    if isinstance(value, list):
        return [_wordless(item) for item in value]
    if isinstance(value, dict):
        return {
            key: _wordless(item)
            for key, item in value.items()
            if key not in ("allowed", "$schema", "meaning") and not (key == "description" and isinstance(item, str))
        }
    return value


def pinned(*files: Path) -> dict[str, str]:
    """The versions of each package in requirements files: more than one where they depend on Python's."""
    found: dict[str, list[str]] = {}
    for file in files:
        for name, version in re.findall(r"^([\w.-]+)==([\w.+-]+)", file.read_text("utf-8"), re.MULTILINE):
            found.setdefault(name, []).append(version)
    return {name: " ".join(versions) for name, versions in found.items()}
