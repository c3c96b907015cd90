"""Discord's permission order, on a guild small enough to follow by hand."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from bot.rehearsal.loopback import permissions as p

GUILD, OWNER, MEMBER, HOSTS, GUESTS = "1", "2", "3", "4", "5"
EVERYONE = p.VIEW_CHANNEL | p.SEND_MESSAGES | p.EMBED_LINKS | p.ATTACH_FILES | p.READ_MESSAGE_HISTORY


def overwrite(target: str, *, kind: int = 0, allow: int = 0, deny: int = 0) -> dict[str, Any]:
    return {"id": target, "type": kind, "allow": str(allow), "deny": str(deny)}


def effective(
    member: str = MEMBER,
    *,
    roles: tuple[str, ...] = (),
    overwrites: tuple[dict[str, Any], ...] = (),
    hosts: int = 0,
    thread: bool = False,
    timed_out: bool = False,
) -> int:
    return p.effective(
        owner_id=OWNER,
        guild_id=GUILD,
        roles={
            GUILD: {"permissions": str(EVERYONE)},
            HOSTS: {"permissions": str(hosts)},
            GUESTS: {"permissions": "0"},
        },
        member_id=member,
        member_roles=roles,
        overwrites=overwrites,
        thread=thread,
        timed_out=timed_out,
    )


def test_a_member_has_what_everyone_has_and_what_the_roles_add():
    assert effective() == EVERYONE
    assert effective(roles=(HOSTS,), hosts=p.PIN_MESSAGES) == EVERYONE | p.PIN_MESSAGES


def test_a_role_the_guild_no_longer_has_adds_nothing():
    assert effective(roles=("404",)) == EVERYONE


def test_the_owner_has_everything_in_spite_of_overwrites():
    assert effective(OWNER, overwrites=(overwrite(GUILD, deny=p.VIEW_CHANNEL),)) == p.ALL


def test_an_administrator_has_everything_in_spite_of_overwrites_and_time_outs():
    denied = (overwrite(MEMBER, kind=1, deny=p.VIEW_CHANNEL),)
    assert effective(roles=(HOSTS,), hosts=p.ADMINISTRATOR, overwrites=denied, timed_out=True) == p.ALL


def test_a_role_overwrite_beats_the_one_of_everyone():
    overwrites = (overwrite(HOSTS, allow=p.SEND_MESSAGES), overwrite(GUILD, deny=p.SEND_MESSAGES))
    assert not effective(overwrites=overwrites) & p.SEND_MESSAGES
    assert effective(roles=(HOSTS,), overwrites=overwrites) & p.SEND_MESSAGES


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_the_overwrites_in_the_list_means_nothing(order: tuple[int, ...]):
    overwrites = (
        overwrite(HOSTS, allow=p.ADD_REACTIONS),
        overwrite(GUESTS, deny=p.ADD_REACTIONS),
        overwrite(GUILD, deny=p.ADD_REACTIONS),
    )
    bits = effective(roles=(GUESTS, HOSTS), overwrites=tuple(overwrites[place] for place in order))
    assert bits & p.ADD_REACTIONS, "one role's grant beats another role's denial"


def test_the_member_overwrite_has_the_last_word():
    overwrites = (overwrite(MEMBER, kind=1, deny=p.SEND_MESSAGES), overwrite(HOSTS, allow=p.SEND_MESSAGES))
    assert not effective(roles=(HOSTS,), overwrites=overwrites) & p.SEND_MESSAGES


def test_an_overwrite_of_a_role_is_not_taken_for_one_of_a_member_with_the_same_id():
    assert effective(overwrites=(overwrite(MEMBER, kind=0, deny=p.VIEW_CHANNEL),)) == EVERYONE


def test_nothing_counts_where_the_channel_is_hidden():
    overwrites = (overwrite(GUILD, deny=p.VIEW_CHANNEL), overwrite(HOSTS, allow=p.PIN_MESSAGES))
    assert effective(roles=(HOSTS,), overwrites=overwrites) == 0


def test_without_sending_neither_embeds_nor_files_nor_mentions_count():
    overwrites = (overwrite(GUILD, deny=p.SEND_MESSAGES, allow=p.MENTION_EVERYONE),)
    assert effective(overwrites=overwrites) == p.VIEW_CHANNEL | p.READ_MESSAGE_HISTORY


def test_a_thread_asks_for_its_own_sending_bit():
    only_threads = (overwrite(GUILD, deny=p.SEND_MESSAGES, allow=p.SEND_MESSAGES_IN_THREADS),)
    inside = effective(overwrites=only_threads, thread=True)
    assert p.may_send(inside, thread=True)
    assert inside & p.EMBED_LINKS
    assert not p.may_send(effective(overwrites=only_threads), thread=False)
    only_channel = effective(thread=True)
    assert not p.may_send(only_channel, thread=True)
    assert not only_channel & p.EMBED_LINKS


def test_a_timed_out_member_only_sees_and_reads():
    assert effective(timed_out=True) == p.VIEW_CHANNEL | p.READ_MESSAGE_HISTORY


def test_bits_are_named_as_discord_names_them():
    assert p.names(p.PIN_MESSAGES | p.VIEW_CHANNEL | 1 << 60) == ["VIEW_CHANNEL", "PIN_MESSAGES", "BIT_60"]


def test_the_bits_have_the_decimal_values_discord_documents():
    documented = {
        p.VIEW_CHANNEL: 1024,
        p.MANAGE_ROLES: 268435456,
        p.MANAGE_EVENTS: 8589934592,
        p.SEND_MESSAGES_IN_THREADS: 274877906944,
        p.CREATE_EVENTS: 17592186044416,
        p.SEND_POLLS: 562949953421312,
        p.PIN_MESSAGES: 2251799813685248,
        p.BYPASS_SLOWMODE: 4503599627370496,
    }
    assert all(bit == value for bit, value in documented.items())
    invited = p.VIEW_CHANNEL | p.SEND_MESSAGES | p.SEND_MESSAGES_IN_THREADS | p.CREATE_PUBLIC_THREADS
    invited |= p.MANAGE_THREADS | p.EMBED_LINKS | p.ATTACH_FILES | p.READ_MESSAGE_HISTORY | p.PIN_MESSAGES
    assert invited == 2252126231317504
    assert invited | p.ADD_REACTIONS | p.CREATE_EVENTS | p.MANAGE_ROLES == 2269718685797440
