"""The limits of message components: rows, buttons and selects, and the layout components of version 2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.rehearsal.loopback.limits.form import Form

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)

LEGACY_ROWS = 5
COMPONENTS_IN_A_MESSAGE = 40
TEXT_IN_A_MESSAGE = 4000
ALT_TEXT = 1024
ATTACHMENT = "attachment://"
_LINK_STYLE, _PREMIUM_STYLE = 5, 6
_INT32 = 2**31 - 1
_IN_A_CONTAINER = (ACTION_ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR)
_ON_TOP = (*_IN_A_CONTAINER, CONTAINER)


@dataclass(slots=True)
class Census:
    """What the components of one message or form amount to together."""

    count: int = 0
    texts: int = 0
    characters: int = 0
    utf8_bytes: int = 0
    custom_ids: set[str] = field(default_factory=set[str])
    ids: set[int] = field(default_factory=set[int])
    attachment_names: set[str] = field(default_factory=set[str])

    def take(self, component: Form) -> None:
        """Count one component and note its numeric id, which must be unique; 0 asks Discord to give one."""
        self.count += 1
        given = component.number("id", 0, _INT32)
        if given:
            if given in self.ids:
                component.fault("id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
            self.ids.add(given)

    def take_custom_id(self, component: Form, *, required: bool = True) -> None:
        """Note the custom_id of a component that people act upon: 1 to 100 characters, unique."""
        custom_id = component.text("custom_id", 100, 1, required=required)
        if custom_id in self.custom_ids:
            component.fault("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        if custom_id:
            self.custom_ids.add(custom_id)


def check_components(message: Form, *, v2: bool) -> Census:
    """Judge the component tree of a message and give its census."""
    census = Census()
    if not v2:
        for row in message.items("components", LEGACY_ROWS):
            _dispatch(row, (ACTION_ROW,), census)
        return census
    for component in message.items("components", COMPONENTS_IN_A_MESSAGE):
        _dispatch(component, _ON_TOP, census)
    if census.count > COMPONENTS_IN_A_MESSAGE:
        message.fault(
            "components",
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"Total number of components exceeds the limit of {COMPONENTS_IN_A_MESSAGE}",
        )
    if census.characters > TEXT_IN_A_MESSAGE:
        message.fault(
            "components",
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"Displayable text of the components exceeds {TEXT_IN_A_MESSAGE} characters",
        )
    return census


def check_select(select: Form, census: Census) -> None:
    """Judge a select, in a message or in a form."""
    census.take_custom_id(select)
    select.text("placeholder", 150)
    low = select.number("min_values", 0, 25)
    high = select.number("max_values", 1, 25)
    check_range(select, "min_values", low, 1 if high is None else high)
    if select.get("type") == STRING_SELECT:
        # Discord asks for at least as many options as may be chosen at once.
        options = select.items("options", 25, max(1, high or 1), required=True)
        check_options(options)
        _check_defaults(select, sum(bool(option.get("default")) for option in options), high)
    else:
        _check_defaults(select, len(select.items("default_values", 25)), high)


def check_options(options: list[Form]) -> None:
    """Judge the options of a select, radio or checkbox group: labels, unique values, descriptions."""
    values: set[str] = set()
    for option in options:
        option.text("label", 100, 1, required=True)
        option.text("description", 100)
        value = option.text("value", 100, 1, required=True)
        if value in values:
            option.fault(
                "value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"
            )
        values.add(value)


def check_range(form: Form, key: str, low: int | None, high: int | None) -> None:
    """Judge that a smallest value does not exceed its largest."""
    if low is not None and high is not None and low > high:
        form.fault(key, "BASE_TYPE_MIN_EXCEEDS_MAX", f"{low} is greater than the maximum of {high}")


def check_text(text: Form, census: Census) -> None:
    """Judge a text display and add its text to the census."""
    content = text.text("content", TEXT_IN_A_MESSAGE, 1, required=True)
    census.texts += 1
    census.characters += len(content)
    census.utf8_bytes += len(content.encode("utf-8", "surrogatepass"))


def refuse_type(component: Form, allowed: tuple[int, ...]) -> bool:
    """Note a component type that may not stand here, and tell whether it was refused."""
    kind = component.get("type")
    if kind in allowed and not isinstance(kind, bool):
        return False
    component.fault("type", "UNION_TYPE_CHOICES", f'Value of field "type" must be one of {allowed}.')
    return True


def _check_defaults(select: Form, chosen: int, high: int | None) -> None:
    if chosen > (high or 1):
        select.fault("max_values", "SELECT_COMPONENT_TOO_MANY_DEFAULTS", f"{chosen} values are chosen by default")


def _dispatch(component: Form, allowed: tuple[int, ...], census: Census) -> None:
    census.take(component)
    if not refuse_type(component, allowed):
        _CHECKS[component.get("type")](component, census)


def _check_row(row: Form, census: Census) -> None:
    children = row.items("components", 5, 1, required=True)
    selects = [child for child in children if child.get("type") in SELECTS]
    if selects and len(children) > 1:
        row.fault("components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
    for child in children:
        _dispatch(child, (BUTTON, *SELECTS), census)


def _check_button(button: Form, census: Census) -> None:
    style = button.choice("style", (1, 2, 3, 4, _LINK_STYLE, _PREMIUM_STYLE), required=True)
    label = button.text("label", 80)
    if style == _LINK_STYLE:
        url = button.text("url", 512, 1, required=True)
        if url and not url.startswith(("http://", "https://", "discord://")):
            button.fault("url", "URL_TYPE_INVALID_SCHEME", f'Scheme must be one of ("http", "https", "discord"): {url}')
    elif button.get("url"):
        button.fault("url", "BUTTON_COMPONENT_URL_NOT_ALLOWED", "Only a link button takes a url")
    if style in (_LINK_STYLE, _PREMIUM_STYLE):
        if button.get("custom_id"):
            button.fault("custom_id", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "Takes no custom id")
    else:
        census.take_custom_id(button)
    if style == _PREMIUM_STYLE:
        if not button.get("sku_id"):
            button.fault("sku_id", "BASE_TYPE_REQUIRED", "This field is required")
    elif not label and not button.get("emoji"):
        button.fault("label", "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A button needs a label or an emoji")


def _check_section(section: Form, census: Census) -> None:
    for text in section.items("components", 3, 1, required=True):
        _dispatch(text, (TEXT_DISPLAY,), census)
    accessory = section.child("accessory", required=True)
    if accessory is not None:
        _dispatch(accessory, (BUTTON, THUMBNAIL), census)


def _check_picture(picture: Form, census: Census) -> None:
    if picture.get("description") is not None:
        picture.text("description", ALT_TEXT, 1)
    _check_media(picture.child("media", required=True), census)


def _check_gallery(gallery: Form, census: Census) -> None:
    for item in gallery.items("items", 10, 1, required=True):
        _check_picture(item, census)


def _check_file(file: Form, census: Census) -> None:
    media = file.child("file", required=True)
    _check_media(media, census)
    if media is not None and not str(media.get("url")).startswith(ATTACHMENT):
        media.fault("url", "URL_TYPE_INVALID_SCHEME", "A file component shows an attachment of its own message only")


def _check_media(media: Form | None, census: Census) -> None:
    if media is None:
        return
    url = media.text("url", 2048, 1, required=True)
    if url.startswith(ATTACHMENT):
        census.attachment_names.add(url.removeprefix(ATTACHMENT))
    elif url and not url.startswith(("http://", "https://")):
        media.fault("url", "URL_TYPE_INVALID_SCHEME", 'Scheme must be one of ("http", "https", "attachment").')


def _check_separator(separator: Form, census: Census) -> None:
    separator.choice("spacing", (1, 2))


def _check_container(container: Form, census: Census) -> None:
    container.number("accent_color", 0, 0xFFFFFF)
    for component in container.items("components", COMPONENTS_IN_A_MESSAGE, 1, required=True):
        _dispatch(component, _IN_A_CONTAINER, census)


_CHECKS: dict[int, Callable[[Form, Census], None]] = {
    ACTION_ROW: _check_row,
    BUTTON: _check_button,
    **dict.fromkeys(SELECTS, check_select),
    SECTION: _check_section,
    TEXT_DISPLAY: check_text,
    THUMBNAIL: _check_picture,
    GALLERY: _check_gallery,
    FILE: _check_file,
    SEPARATOR: _check_separator,
    CONTAINER: _check_container,
}
