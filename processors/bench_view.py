"""The admin's test bench: one processor, one picture in, the result and its time out."""

from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from .models import Processor


def bench_view(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Processor, pk=pk)
    if not request.user.has_perm("processors.change_processor"):
        raise PermissionDenied
    context = {**site.each_context(request), "row": row, "title": row.title, "opts": Processor._meta}
    return TemplateResponse(request, "admin/processors/try.html", context)
