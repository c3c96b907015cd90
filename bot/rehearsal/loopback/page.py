"""A transcript as one HTML page: channels, threads and private answers as a member would have seen them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from importlib.resources import files
from typing import Any, Literal

from bot.rehearsal.loopback.markup import Block, NameOf, Span, read_blocks
from bot.rehearsal.loopback.render import (
    IS_COMPONENTS_V2,
    author_words,
    button_label,
    by_id,
    emoji_text,
    file_text,
    flags,
    is_waiting,
    message_text,
    modal_text,
    picture_text,
    select_label,
)

Json = Mapping[str, Any]
PictureOf = Callable[[str], tuple[bytes, str] | None]
"""Gives the bytes and the content type behind the address of a picture, or None to show its alternative text."""

_STYLE = files("bot.rehearsal.loopback").joinpath("page.css").read_text(encoding="utf-8")
_SYSTEM_KINDS = (6, 18, 21)
_STYLES = {1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "primary"}
_TAGS = {"strong": "strong", "em": "em", "underline": "u", "strike": "s", "code": "code", "spoiler": "mark"}


@dataclass(frozen=True, slots=True)
class Section:
    """One channel, thread or row of private answers; `note` says how it came about, `forms` are modals shown in it."""

    heading: str
    messages: Sequence[Json]
    kind: Literal["channel", "thread", "private"] = "channel"
    note: str = ""
    forms: Sequence[Json] = ()
    threads: Sequence[Section] = ()


def page_html(
    title: str,
    sections: Iterable[Section],
    *,
    name_of: NameOf = by_id,
    picture_of: PictureOf | None = None,
    now: datetime | None = None,
) -> str:
    """Give a whole HTML page that needs nothing from outside; pictures are embedded when `picture_of` gives them."""
    writer = _Writer(name_of, picture_of or (lambda url: None), now)
    body = "\n".join(writer.section(section) for section in sections)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


class _Writer:
    """Writes the parts of a transcript as HTML, with one way to name people and to find pictures."""

    def __init__(self, name_of: NameOf, picture_of: PictureOf, now: datetime | None) -> None:
        self.name_of = name_of
        self.picture_of = picture_of
        self.now = now

    def section(self, section: Section) -> str:
        level = "h3" if section.kind == "thread" else "h2"
        sign = {"channel": "#", "thread": "↳", "private": "◌"}[section.kind]
        parts = [f'<{level}><span class="sign">{sign}</span> {escape(section.heading)}</{level}>']
        if section.note:
            parts.append(f'<p class="note">{escape(section.note)}</p>')
        parts += [self.message(message) for message in section.messages]
        parts += [self.form(form) for form in section.forms]
        parts += [self.section(thread) for thread in section.threads]
        return f'<section class="{section.kind}">\n' + "\n".join(parts) + "\n</section>"

    def message(self, message: Json) -> str:
        author: Json = message.get("author") or {}
        name, *notes = author_words(message, self.name_of)
        hue = int(author.get("id") or 0) % 12 * 30
        head = f"<b>{escape(name)}</b> " + " ".join(f"<small>{escape(note)}</small>" for note in notes)
        body = "\n".join(self.parts(message))
        return (
            f'<article><div class="face" style="--hue:{hue}" aria-hidden="true">{escape(name[:1])}</div>'
            f'<div class="said"><p class="head">{head}</p>\n{body}</div></article>'
        )

    def parts(self, message: Json) -> Iterator[str]:
        if int(message.get("type") or 0) in _SYSTEM_KINDS or message.get("poll") or is_waiting(message):
            yield f'<p class="small">{self.breaks(message_text(message, self.name_of, now=self.now))}</p>'
            return
        yield self.words(message.get("content"))
        yield from map(self.embed, message.get("embeds") or ())
        yield from map(self.component, message.get("components") or ())
        if not flags(message) & IS_COMPONENTS_V2:
            shown = {str((embed.get("image") or {}).get("url")) for embed in message.get("embeds") or ()}
            for attachment in message.get("attachments") or ():
                if attachment.get("url") in shown:
                    continue
                picture = str(attachment.get("content_type") or "").startswith("image/")
                yield self.picture(attachment, attachment) if picture else self.file(attachment)
        if reactions := message.get("reactions"):
            chips = (f"<span>{escape(emoji_text(each['emoji']))} {int(each['count'])}</span>" for each in reactions)
            yield f'<p class="reactions">{" ".join(chips)}</p>'

    def form(self, form: Json) -> str:
        title, *lines = modal_text(form, self.name_of, now=self.now).split("\n")
        return f'<div class="form"><b>{escape(title)}</b><pre>{escape(chr(10).join(lines))}</pre></div>'

    def words(self, text: object) -> str:
        if not text:
            return ""
        html: list[str] = []
        bullets = False
        for block in read_blocks(str(text), self.name_of, self.now):
            if bullets != (block.kind == "bullet"):
                html.append("</ul>" if bullets else "<ul>")
                bullets = not bullets
            html.append(self.block(block))
        return "".join(html) + ("</ul>" if bullets else "")

    def block(self, block: Block) -> str:
        inner = "".join(map(_span_html, block.spans))
        if block.kind == "heading":
            return f'<p class="h{block.level}">{inner}</p>'
        if block.kind == "bullet":
            return f'<li style="--depth:{block.level}">{inner}</li>'
        if block.kind == "code":
            return f"<pre>{inner}</pre>"
        tag = "blockquote" if block.kind == "quote" else "p"
        return (
            f'<{tag} class="small">{inner}</{tag}>'
            if block.kind == "subtext"
            else f"<{tag}>{inner or '&nbsp;'}</{tag}>"
        )

    def embed(self, embed: Json) -> str:
        parts = [self.words((embed.get("author") or {}).get("name"))]
        if embed.get("title"):
            parts.append(f'<div class="h3">{self.words(embed["title"])}</div>')
        parts.append(self.words(embed.get("description")))
        parts += [
            f"<div><b>{self.words(field.get('name'))}</b>{self.words(field.get('value'))}</div>"
            for field in embed.get("fields") or ()
        ]
        parts += [self.picture({}, embed[key]) for key in ("thumbnail", "image") if embed.get(key)]
        if footer := (embed.get("footer") or {}).get("text"):
            parts.append(f'<div class="small">{self.words(footer)}</div>')
        return f'<div class="card"{_accent(embed.get("color"))}>{"".join(parts)}</div>'

    def component(self, component: Json) -> str:
        kind = component.get("type")
        children: Sequence[Json] = component.get("components") or ()
        if kind == 1:
            return f'<p class="row">{" ".join(map(self.control, children))}</p>'
        if kind == 9:
            accessory = self.component(component.get("accessory") or {})
            return f'<div class="section"><div>{"".join(map(self.component, children))}</div>{accessory}</div>'
        if kind == 10:
            return self.words(component.get("content"))
        if kind == 11:
            return f'<div class="thumb">{self.picture(component, component.get("media") or {})}</div>'
        if kind == 12:
            items = (self.picture(item, item.get("media") or {}) for item in component.get("items") or ())
            return f'<div class="gallery">{"".join(items)}</div>'
        if kind == 13:
            return self.file(component)
        if kind == 14:
            return "<hr>" if component.get("divider", True) else "<br>"
        if kind == 17:
            inner = "".join(map(self.component, children))
            return f'<div class="card"{_accent(component.get("accent_color"))}>{inner}</div>'
        return self.control(component) if kind is not None else ""

    def control(self, control: Json) -> str:
        off = " off" if control.get("disabled") else ""
        if control.get("type") != 2:
            return f'<span class="select{off}">{escape(select_label(control, self.name_of))} ▾</span>'
        label = escape(button_label(control))
        url = str(control.get("url") or "")
        if _is_web(url):
            return f'<a class="button link" href="{escape(url)}" rel="noreferrer">{label} ↗</a>'
        return f'<span class="button {_STYLES.get(control.get("style", 2), "secondary")}{off}">{label}</span>'

    def picture(self, described: Json, media: Json) -> str:
        found = self.picture_of(str(media.get("url") or ""))
        if found is None:
            return f'<span class="picture">{escape(picture_text(described))}</span>'
        data, content_type = found
        source = f"data:{escape(content_type)};base64,{base64.b64encode(data).decode()}"
        return f'<img src="{source}" alt="{escape(str(described.get("description") or ""))}">'

    def file(self, file: Json) -> str:
        return f'<span class="picture">{escape(file_text(file))}</span>'

    def breaks(self, text: str) -> str:
        return escape(text).replace("\n", "<br>")


def _span_html(span: Span) -> str:
    inner = escape(span.text) + "".join(map(_span_html, span.children))
    if span.kind == "link":
        return f'<a href="{escape(span.target)}" rel="noreferrer">{inner}</a>' if _is_web(span.target) else inner
    if span.kind in ("mention", "time"):
        return f'<span class="{span.kind}">{inner}</span>'
    tag = _TAGS.get(span.kind)
    return f"<{tag}>{inner}</{tag}>" if tag else inner


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _accent(colour: object) -> str:
    return f' style="--accent:#{colour:06x}"' if isinstance(colour, int) else ""
