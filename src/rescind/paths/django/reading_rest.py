"""Views of REST framework from their source alone."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rescind.reading import Call, Class, Function, Named, Variable
from rescind.reading.frameworks.facts import texts
from rescind.reading.scopes import Scope

if TYPE_CHECKING:
    from rescind.paths.django.reading_views import Views

FUNCTION = "rest_framework.decorators.api_view"
CLASSES = "rest_framework.decorators."
DEFAULT = {
    "authentication_classes": (
        "DEFAULT_AUTHENTICATION_CLASSES",
        [
            "rest_framework.authentication.SessionAuthentication",
            "rest_framework.authentication.BasicAuthentication",
        ],
    ),
    "permission_classes": ("DEFAULT_PERMISSION_CLASSES", ["rest_framework.permissions.AllowAny"]),
}
ASKED = (
    "get_permissions",
    "check_permissions",
    "get_authenticators",
    "perform_authentication",
    "initial",
    "initialize_request",
    "dispatch",
)
SIGNED_IN = "rest_framework.permissions.IsAuthenticated"
VIEWS: dict[str, dict[str, list[str]]] = {
    "knox.views.LoginView": {"permission_classes": [SIGNED_IN]},
    **{
        f"knox.views.{name}": {
            "authentication_classes": ["knox.auth.TokenAuthentication"],
            "permission_classes": [SIGNED_IN],
        }
        for name in ("LogoutView", "LogoutAllView")
    },
}
"""What views of packages say of themselves; each answers POST."""
SHORT = "oauth2_provider.contrib.rest_framework."
OPS = {ast.BitAnd: "AND", ast.BitOr: "OR"}
METHODS = {
    "ListAPIView": "GET",
    "CreateAPIView": "POST",
    "RetrieveAPIView": "GET",
    "DestroyAPIView": "DELETE",
    "UpdateAPIView": "PUT PATCH",
    "ListCreateAPIView": "GET POST",
    "RetrieveUpdateAPIView": "GET PUT PATCH",
    "RetrieveDestroyAPIView": "GET DELETE",
    "RetrieveUpdateDestroyAPIView": "GET PUT PATCH DELETE",
    "TokenObtainPairView": "POST",
    "TokenRefreshView": "POST",
    "TokenVerifyView": "POST",
    "TokenBlacklistView": "POST",
    "ObtainAuthToken": "POST",
    "TemplateView": "GET",
    "ListView": "GET",
    "DetailView": "GET",
    "ArchiveIndexView": "GET",
    "FormView": "GET POST PUT",
    "CreateView": "GET POST PUT",
    "UpdateView": "GET POST PUT",
    "DeleteView": "GET POST DELETE",
    "RedirectView": "GET POST PUT PATCH DELETE",
    "LoginView": "GET POST PUT",
    "LogoutView": "POST",
    "PasswordChangeView": "GET POST PUT",
    "PasswordChangeDoneView": "GET",
    "PasswordResetView": "GET POST PUT",
    "PasswordResetDoneView": "GET",
    "PasswordResetConfirmView": "GET POST PUT",
    "PasswordResetCompleteView": "GET",
}


def standard_methods(names: Sequence[str]) -> list[str]:
    """Methods that classes of the frameworks answer by themselves."""
    return [
        method
        for name in names
        if not is_own(name)
        for method in METHODS.get(name.rpartition(".")[2], "").split()
    ] + ["POST" for name in names if name in VIEWS]


def is_own(name: str) -> bool:
    return not name.startswith(("django.", "rest_framework.", "rest_framework_simplejwt.", "allauth."))


def of_function(views: Views, function: Function) -> tuple[dict[str, Any], list[str]]:
    """``@api_view([...])`` with ``@permission_classes`` and ``@authentication_classes`` below it."""
    given: dict[str, list[dict[str, Any]]] = {}
    methods = ["GET"]
    for each in function.decorators:
        kind = each.name.removeprefix(CLASSES)
        if each.name == FUNCTION and each.call is not None:
            call = Call(each.call, function.module, each.named)
            methods = [
                m.upper() for m in texts(views.project, call.argument("http_method_names", 0), function.outer)
            ] or methods
        elif kind in DEFAULT and each.call is not None and each.call.args:
            given[kind] = described(views, each.call.args[0], function.outer)
    return layer(views, given, {}, ""), [each for each in methods if each not in {"HEAD", "OPTIONS"}]


def of_rest(views: Views, cls: Class, action: str, handler: Function | None) -> dict[str, Any]:
    given = said_of(views, [each.name for each in cls.mro])
    given |= {kind: found for kind in DEFAULT if (found := attribute(views, cls, kind)) is not None}
    for each in handler.decorators if handler is not None else ():
        for keyword in each.call.keywords if each.call is not None and each.name.endswith(".action") else ():
            if keyword.arg in DEFAULT:
                given[keyword.arg] = described(views, keyword.value, handler.outer)  # type: ignore[union-attr]
    own = {}
    for name in ASKED:
        member = cls.member(name)
        if member is not None and isinstance(member.definition, Function):
            own[name] = views.rows.number(member.definition)
    return layer(views, given, own, action)


def of_packaged(views: Views, name: str) -> list[dict[str, Any]]:
    """What stands before the view of a package whose source is not read."""
    if name in VIEWS:
        return [layer(views, said_of(views, [name]), {}, "post")]
    return [{"is": "library", "name": name}] if is_own(name) else []


def said_of(views: Views, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What the first of these classes says of itself that is the view of a package."""
    said = next((VIEWS[name] for name in names if name in VIEWS), {})
    return {kind: [one(views, Named(each)) for each in classes] for kind, classes in said.items()}


def layer(views: Views, given: dict[str, Any], own: dict[str, int], action: str) -> dict[str, Any]:
    found = {kind: given.get(kind, default(views, kind)) for kind in DEFAULT}
    return {
        "is": "rest_framework",
        "own": own,
        "action": action,
        "authentication": found["authentication_classes"],
        "permissions": found["permission_classes"],
    }


def default(views: Views, kind: str) -> list[dict[str, Any]]:
    name, standard = DEFAULT[kind]
    given = views.settings.mapping("REST_FRAMEWORK").get(name, standard)
    names = given if isinstance(given, list | tuple) else ["?"]
    return [
        one(views, found)
        for each in names
        for found in views.project.find(str(each), views.settings.module)[:1]
    ]


def attribute(views: Views, cls: Class, name: str) -> list[dict[str, Any]] | None:
    member = cls.member(name)
    made = None if member is None else member.definition
    if not isinstance(made, Variable) or not made.values:
        return None
    return described(views, made.values[-1], made.bindings[-1].scope)


def described(views: Views, node: ast.expr, scope: Scope) -> list[dict[str, Any]]:
    """Each class of a list, as the running framework describes it."""
    if isinstance(node, ast.Name):
        for named in views.project.resolve(node, scope):
            if isinstance(named.definition, Variable) and named.definition.values:
                return described(views, named.definition.values[-1], named.definition.bindings[-1].scope)
    several = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return [tree(views, each, scope) for each in several]


def tree(views: Views, node: ast.expr, scope: Scope) -> dict[str, Any]:
    if isinstance(node, ast.BinOp) and type(node.op) in OPS:
        return {
            "op": OPS[type(node.op)],
            "of": [tree(views, each, scope) for each in (node.left, node.right)],
        }
    if isinstance(node, ast.UnaryOp):
        return {"op": "NOT", "of": [tree(views, node.operand, scope)]}
    found = views.project.resolve(node.func if isinstance(node, ast.Call) else node, scope)
    return one(views, found[0] if found else Named("?"))


def one(views: Views, named: Named) -> dict[str, Any]:
    made = named.definition
    if not isinstance(made, Class):
        name = whole(named.name)
        return {"name": name, "bases": [name], "own": {}}
    own = {}
    for name in ("has_permission", "authenticate", "authenticate_credentials", "get_user"):
        member = made.member(name)
        if member is not None and isinstance(member.definition, Function):
            own[name] = views.rows.number(member.definition)
    return {
        "name": made.qualname,
        "bases": [made.qualname, *(whole(each.name) for each in made.mro)],
        "own": own,
    }


def whole(name: str) -> str:
    """Where a class stands that django-oauth-toolkit gives a shorter name."""
    given, _, short = name.partition(SHORT)
    if given or not short or "." in short:
        return name
    return f"{SHORT}{'authentication' if short.endswith('Authentication') else 'permissions'}.{short}"
