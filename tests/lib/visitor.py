# visitor.py - somebody who looks at the pages without a browser: cookies, forms, HTML.
# SPDX-License-Identifier: Apache-2.0
import html5lib
import requests

XHTML = "{http://www.w3.org/1999/xhtml}"


def parse(text):
    """A page as a tree; it must be well-formed, as HTML has it."""
    parser = html5lib.HTMLParser()
    tree = parser.parse(text)
    assert not parser.errors, [(place, code) for place, code, _ in parser.errors]
    return tree


def elements(tree, name):
    return list(tree.iter(XHTML + name))


def hidden_fields(tree, action):
    """The hidden fields of the form that is sent to `action`."""
    form, = [form for form in elements(tree, "form") if form.get("action") == action]
    return {field.get("name"): field.get("value") for field in elements(form, "input")
            if field.get("type") == "hidden"}


class Visitor:
    """A browser's part of a conversation with `serve`, by hand."""

    def __init__(self, serve, token=None):
        self.url = serve.url
        self.session = requests.Session()
        if token:
            answer = self.log_in(token)
            assert answer.status_code == 303, answer.text

    def close(self):
        self.session.close()

    def get(self, path, **options):
        return self.session.get(self.url + path, timeout=30, allow_redirects=False, **options)

    def post(self, path, fields, **options):
        return self.session.post(self.url + path, timeout=30, allow_redirects=False, data=fields,
                                 **options)

    def log_in(self, token, **fields):
        return self.post("/login", {"token": token, **fields})

    def page(self, path):
        """A page that must be there, as a tree."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return parse(answer.text)

    def send(self, page, action, **fields):
        """Send the form `action` of the page `page`, as it was loaded now."""
        return self.post(action, {**hidden_fields(self.page(page), action), **fields})
