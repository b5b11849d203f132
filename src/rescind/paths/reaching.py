"""What a module imports: of a folder with several applications, that which belongs to one of them."""

from __future__ import annotations

from collections.abc import Iterable

from rescind.reading import Module, Project


def imported(project: Project, modules: Iterable[Module]) -> set[Module]:
    """The modules, and all of the project that they import, inside of functions too."""
    found: set[Module] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        for target in targets(module):
            parts = target.split(".")
            for count in range(1, len(parts) + 1):  # a package runs before what is in it
                inner = project.module(".".join(parts[:count]), module)
                waiting += [inner] if inner is not None else []
    return found


def targets(module: Module) -> set[str]:
    """The names in full of all that is imported."""
    scopes = [module.scope, *(each.scope for each in module.functions)]
    bindings = (each for scope in scopes for some in scope.bindings.values() for each in some)
    return {each.target for each in bindings if each.target}


def belonging(project: Project, name: str) -> Project:
    """The part of a project that the module of that name imports; all of it, if it is not among them."""
    module = project.module(name)
    if module is None:
        return project
    return Project([each.path for each in imported(project, [module])], project.root)
