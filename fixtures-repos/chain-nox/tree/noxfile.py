"""Sessions."""

import nox

versions = ["3.13", "3.12"]
nox.options.sessions = ("tests",)


def bandit(session: nox.Session, *targets: str) -> None:
    session.install("bandit")
    args = session.posargs or ["-r", *targets]
    session.run("bandit", *args)


@nox.session(python=versions[1])
def lint(session: nox.Session) -> None:
    """Look at the code."""
    bandit(session, "src")


@nox.session(python=versions)
def tests(session: nox.Session) -> None:
    session.install(".", "pytest")
    session.run("pytest", *session.posargs)
