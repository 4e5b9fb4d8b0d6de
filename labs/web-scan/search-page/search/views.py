"""The page of the search."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from guestbook.models import Entry


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the entries with some words in their message, and the words again."""
    words = request.GET.get("words", "")
    found = Entry.objects.filter(message__icontains=words) if words else Entry.objects.none()
    # Cut, because a cookie has room for about four thousand characters.
    before, request.session["words"] = request.session.get("words", ""), words[:100]
    about = {"words": words, "found": found, "before": before}
    return render(request, "search/results.html", about)
