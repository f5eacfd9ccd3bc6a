"""Protobuf by hand, and the health service that is asked with it."""

from __future__ import annotations

from unittest import TestCase

from shipworthy import Failure, Gap, Header, Reply, Unreadable, health, protobuf
from shipworthy.host import GrpcAnswer
from shipworthy.protobuf import Bytes, Fixed32, Fixed64, Varint, Writer


def reply(code: int, message: bytes) -> Reply:
    return Reply("grpc a.B/C", GrpcAnswer(code, "", (Header("a", "b"),), message))


class ProtobufTest(TestCase):
    def test_what_is_written_is_read(self) -> None:
        writer = Writer().text(1, "é").varint(2, 2**64 - 1).varint(536_870_911, 0).bytes(3, b"").varint(4, -1)
        message = writer.finish()
        self.assertEqual(
            list(protobuf.fields(message)),
            [
                (1, Bytes("é".encode())),
                (2, Varint(2**64 - 1)),
                (536_870_911, Varint(0)),
                (3, Bytes(b"")),
                (4, Varint(2**64 - 1)),
            ],
        )

    def test_fixed_fields_are_stepped_over(self) -> None:
        message = bytes([0x09, 1, 0, 0, 0, 0, 0, 0, 0, 0x15, 2, 0, 0, 0, 0x18, 7])
        self.assertEqual(protobuf.varint(message, 3), 7)
        self.assertEqual([field for _, field in protobuf.fields(message)], [Fixed64(1), Fixed32(2), Varint(7)])

    def test_the_last_field_of_a_number_counts_and_an_absent_one_is_its_default(self) -> None:
        self.assertEqual(protobuf.varint(bytes([8, 1, 8, 2]), 1), 2)
        self.assertEqual(protobuf.varint(b"", 1), 0)
        self.assertEqual(protobuf.text(b"\x0a\x01a\x0a\x01b", 1), "b")
        self.assertEqual(protobuf.text(b"", 1), "")

    def test_nonsense_is_unreadable(self) -> None:
        for nonsense in [
            b"\x08",
            b"\x0a\x05\x01",
            b"\x0b",
            b"\x00\x01",
            b"\x09\x01",
            b"\xff" * 11,
            b"\x08" + b"\xff" * 9 + b"\x02",
            b"<html>",
        ]:
            with self.assertRaisesRegex(Unreadable, "^not a protobuf message$"):
                list(protobuf.fields(nonsense))
        with self.assertRaisesRegex(Unreadable, "^protobuf: invalid utf-8 sequence of 1 bytes from index 0$"):
            protobuf.text(b"\x0a\x01\xff", 1)


class HealthTest(TestCase):
    def test_each_status_has_its_word(self) -> None:
        for message, word in [
            (b"", "UNKNOWN"),
            (b"\x08\x00", "UNKNOWN"),
            (b"\x08\x01", "SERVING"),
            (b"\x08\x02", "NOT_SERVING"),
            (b"\x08\x03", "SERVICE_UNKNOWN"),
        ]:
            self.assertEqual(health.status(reply(0, message)), word)

    def test_what_says_nothing_of_health_is_a_gap(self) -> None:
        for code, message, expected in [
            (5, b"", Failure(Gap.NOT_OFFERED, "grpc a.B/C: status 5")),
            (16, b"", Failure(Gap.DENIED, "grpc a.B/C: status 16")),
            (0, b"\x08\x04", Failure(Gap.UNREADABLE, "grpc a.B/C: expected a status of 0 to 3, found 4")),
            (0, b"nonsense", Failure(Gap.UNREADABLE, "grpc a.B/C: not a protobuf message")),
        ]:
            with self.assertRaises(Failure) as raised:
                health.status(reply(code, message))
            self.assertEqual(raised.exception, expected)

    def test_the_request_carries_the_name(self) -> None:
        self.assertEqual(health.check("a.B").message, b"\x0a\x03a.B")
        self.assertEqual(health.check().what, "grpc grpc.health.v1.Health/Check")
