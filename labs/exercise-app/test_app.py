"""Tests of the timetable: `python -m unittest` in this folder."""

import unittest
from unittest import mock

from app import DEPARTURES, app


class TimetableTest(unittest.TestCase):
    def setUp(self):
        self.visitor = app.test_client()

    def page(self):
        return self.visitor.get("/").get_data(as_text=True)

    def test_the_page_shows_every_departure(self):
        page = self.page()
        for departure in DEPARTURES:
            self.assertIn(f"<td>{departure.time}</td><td>{departure.line}</td>", page)

    def test_the_page_is_the_same_for_every_new_visitor(self):
        first, second = app.test_client().get("/"), app.test_client().get("/")
        self.assertEqual(first.data, second.data)
        self.assertNotIn("Set-Cookie", first.headers)

    def test_the_name_of_the_stop_is_a_setting(self):
        with mock.patch.dict(app.config, STOP_NAME="<North> Gate"):
            self.assertIn("<h1>&lt;North&gt; Gate</h1>", self.page())

    def test_a_chosen_line_is_remembered_and_forgotten(self):
        whole = self.page()
        answer = self.visitor.post("/line", data={"line": "12"})
        self.assertEqual((answer.status_code, answer.location), (303, "/"))
        self.assertNotIn("Old Mill", self.page())
        self.visitor.post("/line", data={"line": ""})
        self.assertEqual(self.page(), whole)

    def test_an_unknown_line_is_refused(self):
        self.assertEqual(self.visitor.post("/line", data={"line": "99"}).status_code, 400)
        self.assertEqual(self.visitor.post("/line", data={"line": "x" * 20_000}).status_code, 413)

    def test_the_next_bus(self):
        bus = self.visitor.get("/next?after=08:00").get_json()
        self.assertEqual(
            bus,
            {"stop": "Harbour Square", "time": "08:15", "line": "7", "destination": "Old Mill"},
        )
        self.assertEqual(self.visitor.get("/next?after=23:30").get_json()["time"], "05:40")

    def test_it_answers(self):
        self.assertEqual(self.visitor.get("/healthz").data, b"ok\n")


if __name__ == "__main__":
    unittest.main()
