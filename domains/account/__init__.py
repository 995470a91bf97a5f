"""Account owns people: who they are, how they sign in, which browsers they use, and who reads the newsletter.

A person is somebody whom a steward has let in. A session belongs to a browser; it may have a person, or be no more than
the place where a visitor's basket hangs.
"""

from .commands import (
    add_person,
    ask_sign_in,
    begin_session,
    count_client,
    count_try,
    end_own_session,
    end_session,
    end_sessions,
    forgive_password,
    name_session,
    offer_sign_in,
    remove_person,
    set_password,
    set_role,
    spend_sign_in,
    subscribe,
    try_password,
    unsubscribe,
)
from .models import ROLES, Person, Session, SignIn
from .passwords import hash_password, is_password
from .queries import Bearer, bearer, is_reader, names, people, person, person_at, readers, session_of, sessions, sign_in

__all__ = [
    "ROLES",
    "Bearer",
    "Person",
    "Session",
    "SignIn",
    "add_person",
    "ask_sign_in",
    "bearer",
    "begin_session",
    "count_client",
    "count_try",
    "end_own_session",
    "end_session",
    "end_sessions",
    "forgive_password",
    "hash_password",
    "is_password",
    "is_reader",
    "name_session",
    "names",
    "offer_sign_in",
    "people",
    "person",
    "person_at",
    "readers",
    "remove_person",
    "session_of",
    "sessions",
    "set_password",
    "set_role",
    "sign_in",
    "spend_sign_in",
    "subscribe",
    "try_password",
    "unsubscribe",
]
