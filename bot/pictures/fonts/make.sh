#!/bin/sh
# Makes the fonts of this folder anew. It needs fonttools (pyftsubset on the path) and Debian's packages, unpacked:
#   apt-get download fonts-inter fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji
#   for package in *.deb; do dpkg -x "$package" unpacked; done
#   sh make.sh unpacked
# Last made from fonts-inter 4.0~beta7, fonts-noto-core 20201225, fonts-noto-cjk 20220127, fonts-noto-color-emoji 2.042.
set -eu
from=$1/usr/share/fonts
here=$(dirname "$0")
noto=$from/truetype/noto

cp "$from/opentype/inter/Inter-Regular.otf" "$from/opentype/inter/Inter-SemiBold.otf" "$here"
for font in NotoSans-Regular NotoSansArabic-Regular NotoSansArabic-Bold NotoSansHebrew-Regular NotoSansHebrew-Bold \
    NotoSansThai-Regular NotoSansDevanagari-Regular NotoSansGeorgian-Regular NotoSansArmenian-Regular \
    NotoSansSymbols-Regular NotoSansSymbols2-Regular NotoSansMath-Regular NotoColorEmoji; do
    cp "$noto/$font.ttf" "$here"
done

# Of 65,000 characters of Chinese, Japanese and Korean those of the national standards: what titles are written in.
python3 - > "$here/cjk.txt" <<'PYTHON'
wanted = set(range(0xAC00, 0xD7A4)) | set(range(0x3000, 0x3100)) | set(range(0x31F0, 0x3200)) | set(range(0xFF00, 0xFFF0))
wanted |= set(range(0x3130, 0x3190)) | set(range(0x3200, 0x3400)) | {ord(c) for c in "—―‥…·"}
for codec in ("gb2312", "euc_jp", "euc_kr"):
    for high in range(0xA1, 0xFF):
        for low in range(0xA1, 0xFF):
            try:
                wanted |= {ord(c) for c in bytes((high, low)).decode(codec) if ord(c) >= 0x2E80}
            except UnicodeDecodeError:
                pass
for high in range(0xA4, 0xC7):  # the common half of Big5
    for low in [*range(0x40, 0x7F), *range(0xA1, 0xFF)]:
        try:
            wanted |= {ord(c) for c in bytes((high, low)).decode("big5") if ord(c) >= 0x2E80}
        except UnicodeDecodeError:
            pass
print("\n".join(f"U+{point:04X}" for point in sorted(wanted)))
PYTHON
for weight in Regular Bold; do
    pyftsubset "$from/opentype/noto/NotoSansCJK-$weight.ttc" --font-number=0 --unicodes-file="$here/cjk.txt" \
        --layout-features=ccmp,kern,mark,mkmk --no-hinting --name-IDs='*' \
        --output-file="$here/NotoSansCJKjp-$weight-Subset.otf"
done
rm "$here/cjk.txt"

# How wide each character of each font is, in thousandths of its size: a text is laid out without opening any font.
python3 - "$here" <<'PYTHON'
import pathlib, sys
from fontTools.ttLib import TTFont

here = pathlib.Path(sys.argv[1])
lines = []
for path in sorted([*here.glob("*.otf"), *here.glob("*.ttf")]):
    font = TTFont(path, lazy=True)
    upem, widths = font["head"].unitsPerEm, font["hmtx"].metrics
    spans = []
    for point, glyph in sorted(font.getBestCmap().items()):
        width = round(widths[glyph][0] * 1000 / upem)
        if spans and spans[-1][1] == point - 1 and spans[-1][2] == width:
            spans[-1][1] = point
        else:
            spans.append([point, point, width])
    lines.append(f"{path.name} " + " ".join(f"{a:X}-{b:X}:{w}" if a != b else f"{a:X}:{w}" for a, b, w in spans))
(here / "widths.txt").write_text("\n".join(lines) + "\n")
PYTHON
