"""JSON by pointer, with errors that say where."""

from __future__ import annotations

from unittest import TestCase

from shipworthy import Json, Unreadable

TEXT = b'{ "a": { "b/c": "x", "n": 1.5, "t": true, "z": null, "w": 3.0 }, "l": [10, [20]], "m~n": 1, "": 2 }'


def document() -> Json:
    return Json.parse("GET /j", TEXT)


class JsonTest(TestCase):
    def unreadable(self, text: bytes | str) -> str:
        with self.assertRaises(Unreadable) as raised:
            Json.parse("GET /j", text)
        return raised.exception.detail

    def test_pointers_lead_where_the_rfc_says(self) -> None:
        for pointer, expected in [
            ("/a/b~1c", "x"),
            ("/m~0n", 1),
            ("/", 2),
            ("/l/0", 10),
            ("/l/1/0", 20),
            ("/l/01", None),
            ("/l/2", None),
            ("/l/-1", None),
            ("/l/99999999999999999999", None),
            ("/l/\N{ARABIC-INDIC DIGIT ZERO}", None),
            ("/a/z", None),
            ("/a/n/x", None),
            ("a", None),
        ]:
            self.assertEqual(document().at(pointer), expected, pointer)
        self.assertEqual(document().at(""), document().root)

    def test_scalars_become_values_and_nothing_else_does(self) -> None:
        for pointer, expected in [("/a/b~1c", "x"), ("/a/n", 1.5), ("/a/t", True), ("/a/w", 3)]:
            value = document().value(pointer)
            self.assertEqual((value, type(value)), (expected, type(expected)))
        for pointer, detail in [
            ("/a/z", "GET /j: `/a/z`: expected text, a number or a boolean"),
            ("/a", "GET /j: `/a`: expected text, a number or a boolean"),
            ("/l", "GET /j: `/l`: expected text, a number or a boolean"),
            ("/none", "GET /j: has no `/none`"),
        ]:
            with self.assertRaises(Unreadable) as raised:
                document().value(pointer)
            self.assertEqual(raised.exception.detail, detail)

    def test_text_is_text_only(self) -> None:
        self.assertEqual(document().text("/a/b~1c"), "x")
        with self.assertRaisesRegex(Unreadable, "^GET /j: `/a/n`: expected text$"):
            document().text("/a/n")

    def test_objects_list_their_keys_sorted(self) -> None:
        self.assertEqual(Json.parse("GET /j", '{ "b": 1, "B": 1, "é": 1, "a": 1 }').keys(""), ["B", "a", "b", "é"])
        with self.assertRaisesRegex(Unreadable, "^GET /j: `/a/n`: expected an object$"):
            document().keys("/a/n")

    def test_origins_read_like_paths(self) -> None:
        self.assertEqual(document().origin("/a/b~1c").what, "GET /j a.b/c")
        self.assertEqual(document().origin("").what, "GET /j")

    def test_a_number_without_a_fraction_is_whole_however_it_was_written(self) -> None:
        for text, expected in [("3.0", 3), ("1e3", 1000), ("-0.0", 0), ("0.5", 0.5), ("1e300", 1e300), ("7", 7)]:
            root = Json.parse("x", text).root
            self.assertEqual((root, type(root)), (expected, type(expected)), text)

    def test_what_is_not_json_is_unreadable(self) -> None:
        for text in [
            b"",
            b"<html>",
            b"NaN",
            b"Infinity",
            b"1e999",
            b"1" * 400,
            b"1" * 9_000,
            b"\xff",
            b"\xef\xbb\xbf{}",
        ]:
            self.assertTrue(self.unreadable(text).startswith("GET /j: not JSON: "), text[:20])

    def test_half_a_character_is_no_text(self) -> None:
        for text in ['{ "a": "\\ud800" }', '{ "\\uDC00": 1 }', '["\\ude00\\ud83d"]']:
            self.assertEqual(self.unreadable(text), "GET /j: not JSON: an escape that is half a character")
        self.assertEqual(Json.parse("x", '["\\ud83d\\ude00"]').root, ["😀"])

    def test_what_is_nested_too_deeply_is_unreadable_instead_of_ending_the_run(self) -> None:
        for levels in (300, 100_000):
            for text in ("[" * levels + "]" * levels, '{"a":' * levels + "1" + "}" * levels, "[" * levels):
                self.assertEqual(self.unreadable(text), "GET /j: not JSON: nested too deeply")
        Json.parse("x", "[" * 128 + "]" * 128)
        Json.parse("x", "[" + "[[]]," * 1_000 + "{}]")
        Json.parse("x", '["' + "[" * 1_000 + '\\"[", "]"]')
