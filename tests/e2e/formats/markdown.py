"""Renders Markdown as GitHub and as another forge would, links made of addresses included, and looks at what comes out."""

import html.parser
import sys

import cmarkgfm
from cmarkgfm.cmark import Options
from markdown_it import MarkdownIt

ALLOWED = {"h2", "h3", "p", "br", "table", "thead", "tbody", "tr", "th", "td", "code", "details", "summary"}


class Page(html.parser.HTMLParser):
    """Which elements there are, and what of the text stands outside of code, where a forge makes links of it."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.code, self.loose, self.rows = set(), 0, [], []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        assert not [name for name, _ in attributes if name != "align"], (tag, attributes)
        self.code += tag == "code"
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1
        if tag == "table":
            self.rows.append("table")

    def handle_endtag(self, tag):
        self.code -= tag == "code"

    def handle_comment(self, data):
        raise AssertionError(data)

    def handle_data(self, data):
        if not self.code:
            self.loose.append(data)


def check(file, how, rendered):
    page = Page()
    page.feed(rendered)
    page.close()
    assert page.tags <= ALLOWED, f"{file} ({how}): {page.tags - ALLOWED}\n{rendered}"
    loose = "".join(page.loose)
    for sign in ("@", "#", "http", "www.", "<", "javascript", "::"):
        assert sign not in loose, f"{file} ({how}): {sign} outside of code: {loose}"
    width = None
    for row in page.rows:
        if row == "table":
            width = None
        else:
            width = row if width is None else width
            assert row == width, f"{file} ({how}): a row of {row} cells in a table of {width}"


for file in sys.argv[1:]:
    text = open(file, encoding="utf-8").read()
    assert len(text.encode()) <= 1024 * 1024, file
    unsafe = Options.CMARK_OPT_UNSAFE
    check(file, "cmark-gfm", cmarkgfm.github_flavored_markdown_to_html(text, options=unsafe))
    check(file, "markdown-it", MarkdownIt("gfm-like", {"html": True, "linkify": True}).render(text))
    print(file, "rendered")
