"""``rescind signing-keys new``"""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from rescind._tokens import random_bytes
from rescind.cli.codes import ExitCode, Failed
from rescind.cli.options import with_run
from rescind.cli.output import Run
from rescind.errors import ConfigurationError, MissingExtra

ALGORITHMS = ("EdDSA", "ES256", "HS256")


@click.command("new")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--algorithm",
    type=click.Choice(ALGORITHMS),
    default="EdDSA",
    show_default=True,
    help="What it signs with.",
)
@with_run
def command(run: Run, file: Path, algorithm: str) -> None:
    """Make a private key in FILE (a JWK, mode 0600). An existing file is left alone.

    Name it last in signing_keys, deploy, and put it first when every worker and verifier knows it. HS256 has
    nothing to publish: only whoever has the key can verify.
    """
    kid, text = make(algorithm)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Failed(ExitCode.USAGE, f"{file} exists: name a new file. Nothing was written") from None
    except OSError as error:
        raise Failed(ExitCode.USAGE, f"{file} cannot be made ({os.strerror(error.errno or 0)})") from None
    with os.fdopen(descriptor, "wb") as made:
        made.write(text + b"\n")
        made.flush()
        os.fsync(descriptor)
    if run.as_json:
        run.print_json({"file": str(file), "kid": kid, "alg": algorithm})
    run.say(f"made {file}: {algorithm} key {kid}. Name it last in signing_keys, and first once it is known")


def make(algorithm: str) -> tuple[str, bytes]:
    """The kid and the text of a new key that is admitted: of random bytes one in a few hundred looks like
    the beginning of another key, and is refused as one."""
    try:
        from rescind.sessions.jwt.keys import make_key, read_keys
    except ModuleNotFoundError as error:
        raise MissingExtra("jwt", "rescind signing-keys") from error
    while True:
        key = make_key(algorithm, random_bytes(32))
        text = json.dumps(key.private_jwk()).encode()
        try:
            read_keys(text, source="a key just made")
        except ConfigurationError:
            continue
        return key.kid, text
