"""What people mistype and what scripts get wrong: one clear sentence, nothing lost, home alive."""

import json
import random
import socket
from pathlib import Path
from typing import Any

import pytest
import trio

from app.jsonrpc import INTERNAL
from tests.journeys.people import (
    Json,
    Person,
    on_port,
    port_in,
    the_same,
    trouble,
    village,
)

BAD_INVITE = (
    "This code isn't complete or has a typing mistake. "
    "Copy it again, from the first group to the last."
)
EXPIRED = "This invite's time is over. Ask for a new one."
USED = "This invite has already been used. Ask for a new one."


async def test_every_code_that_is_none_gets_the_same_sentence(tmp_path: Path) -> None:
    """One letter wrong, two swapped, cut short, empty, too long, something else: `bad_invite`."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        made = await ada.ask("circle.invite", circle=circle)
        code, link = made["code"], made["link"]
        address = link.split("#")[1]
        chance = random.Random(7)
        bad = ["", " ", "-", "#", "hello", code[:-1], code[1:], code[:14], code + "A", code * 2,
               "hearthside://join/", f"hearthside://join/#{address}", f"#{address}",
               link.replace("hearthside://join/", "https://example.org/"), "U" * 28, "é" * 28,
               "\u0661" * 28, code.replace(code[-1], "U")]  # fmt: skip
        for _ in range(60):  # every single wrong letter is noticed
            place = chance.choice([i for i, letter in enumerate(code) if letter != "-"])
            wrong = chance.choice(
                [x for x in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if x != code[place]]
            )
            typo = code[:place] + wrong + code[place + 1 :]
            bad += [typo, link.replace(code, typo)]
        letters = code.replace("-", "")
        for place in range(len(letters) - 1):  # and every pair of neighbours swapped
            pair = letters[place : place + 2]
            if pair[0] != pair[1]:
                bad.append(letters[:place] + pair[::-1] + letters[place + 2 :])
        for text in bad:
            refusal = await ben.is_refused("circle.join", code=text, display_name="Ben")
            assert (refusal.kind, refusal.message) == ("bad_invite", BAD_INVITE), text
        assert await ben.ask("circle.joins") == []
        # And the right one still opens.
        assert await ben.comes_in(link) == circle


async def test_a_link_with_odd_addresses_is_still_a_link(tmp_path: Path) -> None:
    """What is no address is passed over; a link without any good one is like a bare code."""
    async with village(tmp_path) as new:
        ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
        circle = await ada.founds("By the water")
        made = await ada.ask("circle.invite", circle=circle, uses=2)
        code, address = made["code"], made["link"].split("#")[1].split(",")[0]
        peer = address.split("/p2p/")[1]
        odd = ["nonsense", "/ip4/999.1.1.1/tcp/1", f"/ip4/127.0.0.1/tcp/0/p2p/{peer}",
               f"/ip4/224.0.0.1/tcp/4001/p2p/{peer}"]  # fmt: skip
        assert await ben.comes_in(f"hearthside://join/{code}#{','.join([*odd, address])}") == circle
        join = await cleo.knocks(f"hearthside://join/{code}#{','.join(odd)}")
        assert "address" in (await cleo.join(join))["waiting_for"]
        await cleo.ask("net.dial", address=address, join=join)
        assert await cleo.is_in(join) == circle


async def test_a_used_invite_says_so(tmp_path: Path) -> None:
    """To the next home that tries it: refused, for good, with a sentence of its own."""
    async with village(tmp_path) as new:
        ada, ben, cleo = await new("Ada"), await new("Ben"), await new("Cleo")
        circle = await ada.founds("By the water")
        link = await ada.invites(circle)
        await ben.comes_in(link)
        seen = await cleo.ends_as(await cleo.knocks(link), "refused")
        assert (seen["state"], seen["waiting_for"], seen["circle"]) == ("refused", USED, None)
        assert await cleo.ask("circle.list") == []
        await ada.knows(circle, "Ada", "Ben")
        # With a new one she is in.
        assert await cleo.comes_in(await ada.invites(circle)) == circle


async def test_an_expired_invite_says_so(tmp_path: Path) -> None:
    """After its time nobody comes in by it, and the joiner is told why."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        link = await ada.invites(circle, expires_in=1)
        await trio.sleep(2.1)  # its second, begun anew at the next full one
        seen = await ben.ends_as(await ben.knocks(link), "refused")
        assert (seen["state"], seen["waiting_for"]) == ("refused", EXPIRED)
        await ada.knows(circle, "Ada")


async def test_texts_beyond_their_limits_are_told_so(tmp_path: Path) -> None:
    """48 KiB of UTF-8 for a body, 200 characters for a title, 64 for names; just so much fits."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("N" * 64)
        await ben.comes_in(await ada.invites(circle))
        full = {
            "body": "é" * (24 * 1024), "title": "T" * 200, "content_note": "c" * 200,
            "kind": "question", "want": "experiences", "feeling": "wobbly",
        }  # fmt: skip
        post = await ada.writes(circle, **full)
        await the_same(circle, ada, ben, posts=1)
        assert (await ben.feed(circle))[0]["body"] == full["body"]
        await ben.writes(circle, "😀" * (12 * 1024), reply_to=post, content_note="c" * 200)
        await the_same(circle, ada, ben, posts=2)
        # The longest title in the longest letters together with the longest body.
        await ada.writes(circle, "x" * 48 * 1024, title="😀" * 200, content_note="😀" * 200)
        await the_same(circle, ada, ben, posts=3)
        for more, kind in (
            ({"body": full["body"] + "x"}, "too_large"),
            ({"body": "x" * 200_000}, "too_large"),
            ({"body": "short", "title": "T" * 201}, "bad_request"),
            ({"body": "short", "content_note": "c" * 201}, "bad_request"),
        ):
            refusal = await ada.is_refused("post.create", circle=circle, **more)
            assert refusal.kind == kind
        for method, params in (
            ("circle.create", {"name": "N" * 65, "display_name": "Ada"}),
            ("circle.create", {"name": "", "display_name": "Ada"}),
            ("circle.create", {"name": " \u200e\u202e ", "display_name": "Ada"}),
            ("circle.create", {"name": "N", "display_name": "A" * 65}),
            ("circle.create", {"name": "N", "display_name": "\t\n"}),
            ("circle.create", {"name": "N", "display_name": "Ada", "about": "a" * 501}),
        ):
            assert (await ada.is_refused(method, **params)).kind == "bad_request"
        assert len(await ada.ask("circle.list")) == 1
        await the_same(circle, ada, ben, posts=3)


async def test_words_that_say_nothing_are_told_so(tmp_path: Path) -> None:
    """An empty story, a question without a title, a reply to nothing: each its sentence."""
    async with village(tmp_path) as new:
        ada = await new("Ada")
        circle = await ada.founds("By the water")
        nowhere = "ab" * 32
        for kind, params in (
            ("bad_request", {"body": ""}),
            ("bad_request", {"body": " \n\t"}),
            ("bad_request", {"body": "", "kind": "checkin"}),
            ("bad_request", {"body": "why?", "kind": "question"}),
            ("bad_request", {"body": "yes", "kind": "reply"}),
            ("no_such_post", {"body": "yes", "reply_to": nowhere}),
        ):
            assert (await ada.is_refused("post.create", circle=circle, **params)).kind == kind
        for kind, method, params in (
            ("no_such_circle", "post.create", {"circle": nowhere, "body": "hello"}),
            ("no_such_circle", "circle.digest", {"circle": nowhere}),
            ("no_such_circle", "circle.leave", {"circle": nowhere}),
            ("no_such_circle", "net.dial", {"circle": nowhere, "address": "/ip4/1.2.3.4/tcp/5"}),
            ("no_such_post", "post.thread", {"circle": circle, "post": nowhere}),
            ("no_such_post", "post.list", {"circle": circle, "before": nowhere}),
            ("no_such_post", "circle.read", {"circle": circle, "post": nowhere}),
            ("bad_request", "net.dial", {"address": "somewhere"}),
            ("bad_request", "net.dial", {"address": "/ip4/127.0.0.1/udp/4001"}),
        ):
            assert (await ada.is_refused(method, **params)).kind == kind, method
        assert await ada.feed(circle) == []


NOT_BUILT = [
    "home.backup", "home.restore", "post.edit", "post.erase", "post.support", "rpc.sell", "",
    "Home.Status", "home.status ",
]  # fmt: skip


async def test_lines_that_are_no_requests_are_answered_and_survived(tmp_path: Path) -> None:
    """Bad JSON, arrays, unknown methods, wrong types, wrong names: an error each, and it lives."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        await ben.comes_in(await ada.invites(circle))
        good = {"jsonrpc": "2.0", "id": 1, "method": "home.status"}
        for raw, code in (
            (b"", -32700), (b"{", -32700), (b"hello", -32700), (b"\xff\xfe", -32700),
            (b'{"jsonrpc": "2.0", "id": 1, "method": "home.sta', -32700),
            (b"{'id': 1}", -32700), (b'{"a": NaN}', -32700), (b"[" * 5000, -32700),
            (b"[]", -32600), (json.dumps([good]).encode(), -32600), (b'"home.status"', -32600),
            (b"7", -32600), (b"null", -32600), (b"{}", -32600),
        ):  # fmt: skip
            await ada.home.send_raw(raw + b"\n")
            answer = await ada.home.next_unasked()
            assert (answer["id"], answer["error"]["code"]) == (None, code), raw
            assert answer["error"]["data"]["kind"] == "bad_request"
        for method in NOT_BUILT:
            assert await wrong(ada, method, {}) == (-32601, "bad_request")
        for method, params in (
            ("post.create", {"circle": circle}),
            ("post.create", {"circle": circle, "body": 7}),
            ("post.create", {"circle": circle, "body": ["a"]}),
            ("post.create", {"circle": circle, "body": None}),
            ("post.create", {"circle": circle, "body": "a", "kind": "poem"}),
            ("post.create", {"circle": circle, "body": "a", "feeling": "fine"}),
            ("post.create", {"circle": circle, "body": "a", "reply_to": "xyz"}),
            ("post.create", {"circle": circle.upper(), "body": "a"}),
            ("post.create", {"circle": circle[:-2], "body": "a"}),
            ("post.create", {"circle": circle, "body": "a", "mood": "good"}),
            ("post.list", {"circle": circle, "limit": 0}),
            ("post.list", {"circle": circle, "limit": 1001}),
            ("post.list", {"circle": circle, "limit": 1.5}),
            ("post.list", {"circle": circle, "limit": "50"}),
            ("circle.invite", {"circle": circle, "uses": -1}),
            ("circle.invite", {"circle": circle, "expires_in": 0}),
            ("circle.invite", {"circle": circle, "expires_in": 10**400}),
            ("circle.join", {"code": None, "display_name": "Ada"}),
            ("circle.join", {"code": "x"}),
            ("circle.leave", {"circle": circle, "erase": "yes"}),
            ("home.unlock", {}),
            ("home.unlock", {"passphrase": {"a": 1}}),
            ("home.status", [1]),
            ("home.status", "now"),
        ):
            assert await wrong(ada, method, params) == (-32602, "bad_request"), (method, params)
        # Half a surrogate pair is no character and is not to be written down.
        await ada.home.send_raw(
            b'{"jsonrpc":"2.0","id":"s","method":"post.create","params":'
            b'{"circle":"' + circle.encode() + b'","body":"\\ud83d"}}\n'
        )
        assert (await ada.home.next_unasked())["error"]["data"]["kind"] == "bad_request"
        await ada.writes(circle, "All is well.")
        await the_same(circle, ada, ben, posts=1)
        assert ada.home.stderr == b""


async def wrong(person: Person, method: str, params: Any) -> tuple[int, str]:  # noqa: ANN401
    """Code and kind of the error that a request gets, whatever its parameters are."""
    await person.home.send({"jsonrpc": "2.0", "id": "w", "method": method, "params": params})
    answer = await person.home.next_unasked()
    assert answer["id"] == "w"
    assert answer["error"]["message"].endswith(".")
    return answer["error"]["code"], answer["error"]["data"]["kind"]


async def test_nothing_a_script_can_say_is_a_fault_of_ours(tmp_path: Path) -> None:
    """Random parameters for every method: results or refusals, never "a fault of our own"."""
    async with village(tmp_path) as new:
        ada = await new("Ada")
        circle = await ada.founds("By the water")
        post = await ada.writes(circle, "Here I am.")
        surface = await ada.ask("rpc.discover")
        chance = random.Random(2)
        values: list[Json] = [
            None, True, 0, -1, 1, 2**53, 2**64, 1.5, "", "a", "\u202e", "é" * 70, circle, post,
            "00" * 32, [], {}, ["a"], "/ip4/127.0.0.1/tcp/1", "open", "story", "x" * 5000, "\x00",
        ]  # fmt: skip
        spared = {
            "home.stop", "home.lock", "circle.leave", "post.take_back", "circle.take_posts",
        }  # fmt: skip
        for method in surface["methods"]:
            if method["name"] in spared:
                continue
            names = [p["name"] for p in method["params"]]
            for _ in range(40):
                params = {n: chance.choice(values) for n in names if chance.random() < 0.9}
                if "circle" in params and chance.random() < 0.7:
                    params["circle"] = circle
                await ada.home.send(
                    {"jsonrpc": "2.0", "id": "r", "method": method["name"], "params": params}
                )
                answer = await ada.home.next_unasked()
                code = answer.get("error", {}).get("code")
                assert code != INTERNAL, (method["name"], params)
        assert post in {p["post"] for p in await ada.feed(circle)}
        assert ada.home.stderr == b""


@pytest.mark.parametrize("fixed", [False, True])
async def test_a_taken_port_is_a_warning(tmp_path: Path, *, fixed: bool) -> None:
    """Somebody else has the port: a sentence, another port, and the circle goes on."""
    async with village(tmp_path) as new:
        ada, ben = await new("Ada"), await new("Ben")
        circle = await ada.founds("By the water")
        link = await ada.invites(circle)
        await ben.comes_in(link)
        await the_same(circle, ada, ben)
        await ada.knows(circle, "Ada", "Ben")  # and so his address: hers will be another
        await ada.sleeps()
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", 0 if fixed else port_in(link)))
            other.listen()
            taken = other.getsockname()[1]
            if fixed:
                await ada.wakes(listen=on_port(taken))
            else:
                await ada.wakes()
            told = await ada.hears(trouble("not_allowed"))
            assert "port" in told["message"]
            fresh = await ada.invites(circle)
            assert port_in(fresh) != taken
            await ada.writes(circle, "Still here.")
            await the_same(circle, ada, ben, posts=1)
            cleo = await new("Cleo")
            assert await cleo.comes_in(fresh) == circle
        # The new port is kept from now on: nobody is told twice, and the newer link stays good.
        await ada.sleeps()
        await ada.wakes()
        assert port_in(await ada.invites(circle)) == port_in(fresh)
        await the_same(circle, ada, ben, cleo, posts=1)
