"""Slides as .pptx: native charts, tables, shapes and text, the same bytes for the same deck.

The library's own template is made ours: 16:9, one layout, a Korean font in the theme, our colours.
What the library writes of the moment (times in zip entries and in the workbooks of charts), of its
author and of its template's first slide is replaced.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from telads.render.deck.fit import LEADING
from telads.render.deck.slides import (
    CELL,
    COLOURS,
    HEIGHT,
    MARGIN,
    RULE,
    SOURCE,
    TITLE_LINE,
    WIDTH,
    Bars,
    Box,
    Deck,
    Line,
    Lines,
    Rule,
    Run,
    Shape,
    Slide,
    Table,
    Words,
    colour,
)
from telads.text import Lang

if TYPE_CHECKING:
    from pptx.presentation import Presentation

FONTS: dict[Lang, str] = {"ko": "맑은 고딕", "en": "Malgun Gothic"}
"""One font under its name in each language; Windows and Mac have it with the programs."""
LOCALES: dict[Lang, tuple[str, str]] = {"ko": ("ko-KR", "en-US"), "en": ("en-US", "ko-KR")}
MEDIA = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
SPARE = 0.25
"""Inches right of a box for lines that another font or program makes wider."""
EMU = 914_400
"""Units of an inch."""
_ZIP_TIME = (2000, 1, 1, 0, 0, 0)
_ALIGN = {"left": "l", "right": "r", "center": "ctr"}
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_DML = "http://schemas.openxmlformats.org/drawingml/2006/main"
_THEME = {
    "dk1": "ink", "lt1": "paper", "dk2": "muted", "lt2": "line", "accent1": "accent",
    "accent2": "less", "accent3": "rest", "accent4": "step-3", "accent5": "step-2",
    "accent6": "muted", "hlink": "accent", "folHlink": "muted",
}  # fmt: skip


def write(deck: Deck) -> bytes:
    """The bytes of a .pptx."""
    presentation = _template(deck)
    for number, slide in enumerate(deck.slides, start=1):
        _Writer(presentation, deck.lang).slide(slide, number)
    content = io.BytesIO()
    presentation.save(content)
    return _fixed(content.getvalue(), deck.made)


def _emu(inches: float) -> Any:
    from pptx.util import Emu

    return Emu(round(inches * EMU))


def _place(box: Box) -> tuple[Any, Any, Any, Any]:
    return _emu(box.left), _emu(box.top), _emu(box.width), _emu(box.height)


def _template(deck: Deck) -> Presentation:
    """The library's template with our size, font and colours, and one layout."""
    import pptx
    from pptx.opc.constants import RELATIONSHIP_TYPE as RT

    made = pptx.Presentation()
    made.slide_width, made.slide_height = _emu(WIDTH), _emu(HEIGHT)
    keep = made.slide_layouts.get_by_name("Title Only")
    for layout in [one for one in made.slide_layouts if one is not keep]:
        made.slide_layouts.remove(layout)
    for relation in list(made.part.package._rels.values()):
        if relation.reltype == RT.THUMBNAIL:
            made.part.package._rels.pop(relation.rId)
    for relation in list(made.part.rels.values()):
        if relation.reltype == RT.PRINTER_SETTINGS:
            made.part.rels.pop(relation.rId)
    master = made.slide_master
    _dress(master.part.part_related_by(RT.THEME), deck.lang)
    _dress(made.notes_master.part.part_related_by(RT.THEME), deck.lang)
    _placeholders(master, keep, deck.lang)
    about = made.core_properties
    about.title, about.author, about.last_modified_by = deck.title, "telads", "telads"
    about.created = about.modified = deck.made.replace(tzinfo=None)
    about.keywords, about.comments, about.subject = deck.keywords, "", deck.producer
    about.language, about.revision = LOCALES[deck.lang][0], 1
    return made


def _dress(part: Any, lang: Lang) -> None:
    """Our font and colours in a theme, so that what is typed next looks the same."""
    from pptx.oxml import parse_xml

    text = part.blob.decode("utf-8")
    font = FONTS[lang]
    fonts = (f'<a:latin typeface="{font}"/><a:ea typeface="{font}"/><a:cs typeface=""/>'
             f'<a:font script="Hang" typeface="{font}"/>')  # fmt: skip
    for name in ("majorFont", "minorFont"):
        text = re.sub(f"(<a:{name}>).*?(</a:{name}>)", rf"\g<1>{fonts}\g<2>", text, flags=re.DOTALL)
    for name, own in _THEME.items():
        text = re.sub(f"(<a:{name}>).*?(</a:{name}>)",
                      rf'\g<1><a:srgbClr val="{COLOURS[own]}"/>\g<2>', text,
                      flags=re.DOTALL)  # fmt: skip
    text = re.sub(r'(<a:theme [^>]*name=")[^"]*', r"\g<1>telads", text)
    if hasattr(part, "_element"):  # the notes' is read as XML, the slides' is not
        part._element = parse_xml(text.encode("utf-8"))
    else:
        part._blob = text.encode("utf-8")


def _placeholders(master: Any, layout: Any, lang: Lang) -> None:
    """Place the title and the number of the page; the other placeholders of the layout go."""
    from pptx.enum.shapes import PP_PLACEHOLDER as KIND

    title = Box(MARGIN, 0.62, WIDTH - 2 * MARGIN, 2 * TITLE_LINE)
    number = Box(WIDTH - MARGIN - 0.8, SOURCE, 0.8, 0.25)
    for owner in (master, layout):
        for shape in list(owner.placeholders):
            kind = shape.placeholder_format.type
            if kind == KIND.TITLE:
                shape.left, shape.top, shape.width, shape.height = _place(title)
                _plain_body(shape, "t")
            elif kind == KIND.SLIDE_NUMBER:
                shape.left, shape.top, shape.width, shape.height = _place(number)
                _plain_body(shape, "t")
            elif kind == KIND.BODY:
                area = Box(MARGIN, 1.95, WIDTH - 2 * MARGIN, 4.85)
                shape.left, shape.top, shape.width, shape.height = _place(area)
            else:
                shape._element.getparent().remove(shape._element)
    styles = master.element.find(f".//{{{_ns('p')}}}titleStyle")
    for level in styles:
        level.set("algn", "l")
        for properties in level.iter(f"{{{_DML}}}defRPr"):
            properties.set("sz", "2800")
            properties.set("b", "1")


def _ns(prefix: str) -> str:
    from pptx.oxml.ns import nsdecls

    return str(re.search('"(.*?)"', nsdecls(prefix))[1])  # type: ignore[index]


def _plain_body(shape: Any, anchor: str) -> None:
    body = shape.text_frame._txBody.bodyPr
    for side in ("lIns", "tIns", "rIns", "bIns"):
        body.set(side, "0")
    body.set("anchor", anchor)


class _Writer:
    """Adds slides to a presentation."""

    def __init__(self, presentation: Presentation, lang: Lang) -> None:
        self.presentation = presentation
        self.lang: Lang = lang

    def slide(self, slide: Slide, number: int) -> None:
        """Add a slide with its number, source and notes."""
        layout = self.presentation.slide_layouts[0]
        made = self.presentation.slides.add_slide(layout)
        title = made.shapes.title
        self._fill(title.text_frame, tuple(
            (Run(line, slide.title_size, True),) for line in slide.title
        ), breaks=True)  # fmt: skip
        eyebrow = Run(slide.eyebrow, 12, True, "accent")
        self._words(made, Words(slide.eyebrow_box, ((eyebrow,),), name="eyebrow"))
        for item in slide.items:
            self._item(made, item)
        self._rule(made, Rule(MARGIN, RULE, WIDTH - 2 * MARGIN))
        source = tuple((Run(line, 9, False, "muted"),) for line in slide.source)
        self._words(made, Words(slide.source_box, source, name="source"))
        for one in list(layout.placeholders):  # not copied to slides by the library
            if one.placeholder_format.type is not None and "SLIDE_NUMBER" in str(
                one.placeholder_format.type
            ):
                copied = deepcopy(one._element)
                made.shapes._spTree.append(copied)
                self._number(copied, number)
        made.notes_slide.notes_text_frame.text = slide.notes
        for at, shape in enumerate(made.shapes._spTree.iter(f"{{{_ns('p')}}}cNvPr"), start=2):
            shape.set("id", str(at))

    def _number(self, element: Any, number: int) -> None:
        for run in element.iter(f"{{{_DML}}}rPr"):
            run.set("sz", "900")
            run.set("lang", LOCALES[self.lang][0])
        for text in element.iter(f"{{{_DML}}}t"):
            text.text = str(number)

    def _item(self, slide: Any, item: object) -> None:
        match item:
            case Words():
                self._words(slide, item)
            case Bars():
                self._bars(slide, item)
            case Lines():
                self._lines(slide, item)
            case Table():
                self._table(slide, item)
            case Shape():
                self._shape(slide, item)
            case Rule():
                self._rule(slide, item)

    def _words(self, slide: Any, item: Words) -> None:
        box = item.box
        if item.align == "left":  # lines are broken to fit: what is wider elsewhere has this room
            box = box._replace(width=min(box.width + SPARE, WIDTH - SPARE - box.left))
        made = slide.shapes.add_textbox(*_place(box))
        frame = made.text_frame
        frame.word_wrap = item.align != "center"
        _plain_body(made, "ctr" if item.middle else "t")
        if item.name:
            made.name = item.name
        self._fill(frame, item.lines, item.align)

    def _fill(
        self, frame: Any, lines: Sequence[Line], align: str = "left", *, breaks: bool = False
    ) -> None:
        """Lines as paragraphs or, with `breaks`, as one paragraph of several lines."""
        body = frame._txBody
        paragraph = body.p_lst[0]
        for at, group in enumerate([lines] if breaks else [[line] for line in lines]):
            paragraph = _child(body, "p") if at else paragraph
            size = max((run.size for run in group[-1]), default=14)
            spacing = _child(_child(paragraph, "pPr", algn=_ALIGN[align]), "lnSpc")
            _child(spacing, "spcPts", val=_hundredths(round(size * LEADING, 1)))
            for place, line in enumerate(group):
                if place:
                    _child(paragraph, "br")
                for run in line:
                    self._run(_child(paragraph, "r"), run)

    def _run(self, made: Any, run: Run) -> None:
        own, other = LOCALES[self.lang]
        properties = _child(made, "rPr", sz=_hundredths(run.size), b=str(int(run.bold)), lang=own,
                            altLang=other)  # fmt: skip
        _child(_child(properties, "solidFill"), "srgbClr", val=colour(run.colour))
        _child(made, "t")
        made.text = run.text  # the library escapes what XML cannot hold

    def _rule(self, slide: Any, item: Rule) -> None:
        from pptx.enum.shapes import MSO_CONNECTOR
        from pptx.util import Pt

        made = slide.shapes.add_connector(
            MSO_CONNECTOR.STRAIGHT, _emu(item.left), _emu(item.top),
            _emu(item.left + item.width), _emu(item.top),
        )  # fmt: skip
        _unstyled(made)
        made.line.width = Pt(item.thickness)
        made.line.color.rgb = _rgb(item.colour)

    def _shape(self, slide: Any, item: Shape) -> None:
        from pptx.util import Pt

        rings = [[(round(x * EMU), round(y * EMU)) for x, y in _open(ring)] for ring in item.rings]
        across, down = zip(*chain.from_iterable(rings), strict=True)
        left, top = min(across), min(down)
        # The library makes the shape of two corners, the points are ours: for each one it would
        # look through all points for the corner.
        builder = slide.shapes.build_freeform(left, top)
        builder.add_line_segments([(max(across), max(down))])
        made = builder.convert_to_shape()
        (path,) = made._element.iter(f"{{{_DML}}}path")
        path[:] = []
        for ring in rings:
            for at, (x, y) in enumerate(ring):
                step = _child(path, "lnTo" if at else "moveTo")
                _child(step, "pt", x=str(x - left), y=str(y - top))
            _child(path, "close")
        _unstyled(made)
        made.fill.solid()
        made.fill.fore_color.rgb = _rgb(item.fill)
        made.line.color.rgb = _rgb(item.line)
        made.line.width = Pt(item.line_width)
        made.name = item.name
        _described(made, item.name)

    def _table(self, slide: Any, item: Table) -> None:
        rows = len(item.rows) + 1
        box = item.box._replace(width=sum(item.widths), height=item.height)
        made = slide.shapes.add_table(rows, len(item.heads), *_place(box))
        _described(made, item.alt)
        table = made.table
        table._tbl.tblPr.find(f"{{{_DML}}}tableStyleId").text = _NO_STYLE
        table.horz_banding = False
        for column, width in zip(table.columns, item.widths, strict=True):
            column.width = _emu(width)
        for at, cells in enumerate((item.heads, *item.rows)):
            table.rows[at].height = _emu(item.row_height)
            for place, (cell, text) in enumerate(zip(table.rows[at].cells, cells, strict=True)):
                for side, room in (("L", CELL), ("R", CELL), ("T", 0), ("B", 0)):
                    cell._tc.get_or_add_tcPr().set(f"mar{side}", str(_emu(room)))
                cell._tc.get_or_add_tcPr().set("anchor", "ctr")
                head = at == 0
                run = Run(text, item.size, head or place == 0, "muted" if head else "ink")
                self._fill(cell.text_frame, ((run,),), "right" if place else "left")
                _border(cell, "muted" if head else "line", 1.0 if head else 0.75)

    def _bars(self, slide: Any, item: Bars) -> None:
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION
        from pptx.util import Pt

        data = CategoryChartData(number_format=item.number.form)
        data.categories = item.categories
        for one in item.series:
            data.add_series(one.name, one.values)
        made = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *_place(item.box), data)
        chart = made.chart
        chart.has_title, chart.has_legend = False, False
        self._font(chart, item.size)
        axis, values = chart.category_axis, chart.value_axis
        axis.reverse_order = True
        axis.has_major_gridlines = False
        axis.major_tick_mark = _no_tick()
        axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
        axis.format.line.color.rgb = _rgb("line")
        values.has_major_gridlines = False
        values.visible = False
        low, high = item.reach
        values.minimum_scale, values.maximum_scale = low, high
        plot = chart.plots[0]
        plot.gap_width = item.gap
        plot.overlap = 100 if item.beside else -8 if len(item.series) > 1 else 0
        plot.vary_by_categories = False
        plot.has_data_labels = True
        labels = plot.data_labels
        labels.number_format, labels.number_format_is_linked = item.number.form, False
        labels.position = XL_LABEL_POSITION.OUTSIDE_END
        labels.show_value = True
        labels.font.size, labels.font.bold = Pt(item.size), True
        labels.font.color.rgb = _rgb("ink")
        for body in labels._element.iter(f"{{{_DML}}}bodyPr"):
            body.set("wrap", "none")
        for one, series in zip(item.series, plot.series, strict=True):
            series.invert_if_negative = False
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = _rgb(one.colours[0])
            for at, fill in enumerate(one.colours):
                if fill != one.colours[0]:
                    point = series.points[at]
                    point.format.fill.solid()
                    point.format.fill.fore_color.rgb = _rgb(fill)
                    _never_inverted(point)
        width = item.box.width
        _inner(chart, item.label_width / width, 0.0, 1 - item.label_width / width, 1.0)
        _described(made, item.alt)
        self._chart_fonts(chart)

    def _lines(self, slide: Any, item: Lines) -> None:
        from pptx.chart.data import XyChartData
        from pptx.enum.chart import XL_CHART_TYPE, XL_MARKER_STYLE
        from pptx.enum.dml import MSO_LINE
        from pptx.util import Pt

        data = XyChartData(number_format=item.y_number.form)
        for at, one in enumerate(item.paths):
            series = data.add_series(one.name)
            # LibreOffice omits a line before one of more points: its last point stands for those.
            most = max(len(other.points) for other in item.paths[at:])
            for x, y in (*one.points, *one.points[-1:] * (most - len(one.points))):
                series.add_data_point(x, y)
        made = slide.shapes.add_chart(
            XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, *_place(item.box), data
        )
        chart = made.chart
        chart.has_title, chart.has_legend = False, False
        self._font(chart, item.size)
        for axis, scale, number in (
            (chart.category_axis, item.x_axis, item.x_number),
            (chart.value_axis, item.y_axis, item.y_number),
        ):
            axis.minimum_scale, axis.maximum_scale, axis.major_unit = scale
            axis.has_major_gridlines = axis is not None and number is item.y_number
            axis.tick_labels.number_format = number.form
            axis.tick_labels.number_format_is_linked = False
            axis.major_tick_mark = _no_tick()
            axis.format.line.color.rgb = _rgb("line")
        chart.category_axis.has_major_gridlines = False
        chart.value_axis.has_major_gridlines = True
        chart.value_axis.major_gridlines.format.line.color.rgb = _rgb("line")
        chart.value_axis.major_gridlines.format.line.width = Pt(0.75)
        frame = chart.category_axis.axis_title.text_frame
        frame.text = item.x_title
        run = frame.paragraphs[0].runs[0]
        run.font.size, run.font.bold = Pt(item.size), False
        run.font.color.rgb = _rgb("muted")
        for one, series in zip(item.paths, chart.plots[0].series, strict=True):
            series.smooth = False
            series.marker.style = XL_MARKER_STYLE.NONE
            line = series.format.line
            line.width, line.color.rgb = Pt(one.width), _rgb(one.colour)
            if one.dashed:
                line.dash_style = MSO_LINE.DASH
            if one.dot_at is not None:
                marker = series.points[one.dot_at].marker
                marker.style, marker.size = XL_MARKER_STYLE.CIRCLE, 10
                marker.format.fill.solid()
                marker.format.fill.fore_color.rgb = _rgb(one.colour)
                marker.format.line.color.rgb = _rgb(one.colour)
            if one.label_at is not None:
                self._series_label(series, one, item.size)
        plot = item.plot
        _inner(chart, (plot.left - item.box.left) / item.box.width,
               (plot.top - item.box.top) / item.box.height, plot.width / item.box.width,
               plot.height / item.box.height)  # fmt: skip
        _described(made, item.alt)
        self._chart_fonts(chart)

    def _series_label(self, series: Any, one: Any, size: float) -> None:
        """The series' name at one point: it follows the name where the data is edited."""
        from pptx.enum.chart import XL_LABEL_POSITION
        from pptx.util import Pt

        label = series.points[one.label_at].data_label
        label.font.size, label.font.bold = Pt(size), one.bold
        label.font.color.rgb = _rgb(one.colour)
        label.position = {
            "above": XL_LABEL_POSITION.ABOVE, "below": XL_LABEL_POSITION.BELOW,
            "right": XL_LABEL_POSITION.RIGHT, "left": XL_LABEL_POSITION.LEFT,
        }[one.label_side]  # fmt: skip
        element = label._dLbl
        for name in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent",
                     "showBubbleSize"):  # fmt: skip
            found = element.find(f"{{{_ns('c')}}}{name}")
            if found is not None:
                found.set("val", "1" if name == "showSerName" else "0")
        for body in element.iter(f"{{{_DML}}}bodyPr"):
            body.set("wrap", "none")

    def _font(self, chart: Any, size: float) -> None:
        from pptx.util import Pt

        chart.font.size, chart.font.name = Pt(size), FONTS[self.lang]
        chart.font.color.rgb = _rgb("ink")

    def _chart_fonts(self, chart: Any) -> None:
        """The font for Hangul at every place of a chart that has properties of its own."""
        own, other = LOCALES[self.lang]
        for kind in ("defRPr", "rPr"):
            for element in chart._chartSpace.iter(f"{{{_DML}}}{kind}"):
                for old in ("latin", "ea", "cs"):
                    for found in element.findall(f"{{{_DML}}}{old}"):
                        element.remove(found)
                for name in ("latin", "ea", "cs"):
                    font = element.makeelement(f"{{{_DML}}}{name}", {"typeface": FONTS[self.lang]})
                    element.append(font)
                if kind == "rPr":
                    element.set("lang", own)
                    element.set("altLang", other)


def _child(parent: Any, name: str, **attributes: str) -> Any:
    """A new last child: the library's own calls take ten times as long for a run or a point."""
    made = parent.makeelement(f"{{{_DML}}}{name}", attributes)
    parent.append(made)
    return made


def _hundredths(points: float) -> str:
    from pptx.util import Pt

    return str(Pt(points).centipoints)


def _open(ring: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """A ring without its last point, which equals the first."""
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring


def _rgb(name: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour(name))


def _no_tick() -> Any:
    from pptx.enum.chart import XL_TICK_MARK

    return XL_TICK_MARK.NONE


def _unstyled(shape: Any) -> None:
    """Remove the style, whose shadow some programs draw."""
    for style in shape._element.findall(f"{{{_ns('p')}}}style"):
        shape._element.remove(style)


def _described(shape: Any, text: str) -> None:
    """The text for those who do not see it."""
    for element in shape._element.iter(f"{{{_ns('p')}}}cNvPr"):
        element.set("descr", text)
        return


def _never_inverted(point: Any) -> None:
    """A point with a colour of its own keeps it where its value is negative."""
    element = point._element if hasattr(point, "_element") else point._ser
    space = _ns("c")
    for found in element.iter(f"{{{space}}}dPt"):
        if found.find(f"{{{space}}}invertIfNegative") is None:
            flag = found.makeelement(f"{{{space}}}invertIfNegative", {"val": "0"})
            found.insert(1, flag)


def _border(cell: Any, name: str, points: float) -> None:
    """A line below a cell; borders come before the fill."""
    properties = cell._tc.get_or_add_tcPr()
    line = properties.makeelement(f"{{{_DML}}}lnB", {"w": str(round(points * 12_700))})
    properties.insert(0, line)
    _child(_child(line, "solidFill"), "srgbClr", val=colour(name))


def _inner(chart: Any, x: float, y: float, width: float, height: float) -> None:
    """Where the inner plot area stands, in shares of the chart."""
    space = _ns("c")
    area = chart._chartSpace.chart.plotArea
    for old in area.findall(f"{{{space}}}layout"):
        area.remove(old)
    layout = area.makeelement(f"{{{space}}}layout", {})
    manual = layout.makeelement(f"{{{space}}}manualLayout", {})
    layout.append(manual)
    for name, value in (("layoutTarget", "inner"), ("xMode", "edge"), ("yMode", "edge"),
                        ("x", f"{x:.5f}"), ("y", f"{y:.5f}"), ("w", f"{width:.5f}"),
                        ("h", f"{height:.5f}")):  # fmt: skip
        manual.append(manual.makeelement(f"{{{space}}}{name}", {"val": value}))
    area.insert(0, layout)


def _fixed(content: bytes, made: datetime) -> bytes:
    """The same file with fixed times, in the workbooks of its charts too."""
    return _rewritten(content, f"{made:%Y-%m-%dT%H:%M:%SZ}")


def _rewritten(content: bytes, when: str) -> bytes:
    fresh = io.BytesIO()
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in _entries(content):
            if name.endswith(".xlsx"):
                data = _rewritten(data, when)  # noqa: PLW2901
            elif name == "docProps/core.xml":
                data = _TIMES.sub(rb"\g<1>" + when.encode() + rb"\g<2>", data)  # noqa: PLW2901
            target.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data, zipfile.ZIP_DEFLATED)
    return fresh.getvalue()


_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def _entries(content: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        for one in source.infolist():
            yield one.filename, source.read(one)
