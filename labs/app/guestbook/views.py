"""The pages of the guestbook."""

import logging

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db import Error, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from guestbook.forms import EntryForm
from guestbook.models import Entry

ENTRIES_PER_PAGE = 10

log = logging.getLogger(__name__)


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """Show the entries, newest first."""
    page = Paginator(Entry.objects.all(), ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "guestbook/entries.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest) -> HttpResponse:
    """Show the form, and keep what it brings."""
    form = EntryForm(request.POST or None, request.FILES or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        entry = form.save()
        messages.success(request, f"Thank you, {entry.name}. Your entry is in the book.")
        return redirect("entries")
    return render(request, "guestbook/sign.html", {"form": form})


@require_safe
def picture(_request: HttpRequest, name: str) -> FileResponse:
    """Send a thumbnail. The address pattern admits only names that we made."""
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        raise Http404("no such picture") from None
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(file, content_type="image/jpeg", headers=headers)


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Say whether this container can do its work, which takes a database that answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        log.exception("The database does not answer.")
        return JsonResponse({"status": "error", "database": "no answer"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})
