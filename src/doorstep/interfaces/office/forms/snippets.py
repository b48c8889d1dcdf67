"""A portal's own snippets: names that are free, and none taken away from a text that names it."""

from django import forms
from django.utils.translation import gettext as _

from doorstep.domain.notifications.words.check import name_problem
from doorstep.domain.notifications.words.texts import uses_of
from doorstep.domain.organization.models import Snippet


class SnippetForm(forms.ModelForm[Snippet]):
    class Meta:
        model = Snippet
        fields = ("name", "language", "text")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if problem := name_problem(name):
            raise forms.ValidationError(problem)
        return name


class SnippetFormSet(forms.models.BaseInlineFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        super().clean()
        # A portal that is being made has neither snippets nor texts so far.
        if any(self.errors) or self.instance.pk is None:
            return
        kept = {
            (form.cleaned_data["name"], form.cleaned_data["language"])
            for form in self.forms
            if form.cleaned_data.get("name") and not form.cleaned_data.get("DELETE")
        }
        for snippet in Snippet.objects.filter(portal=self.instance):
            for text in uses_of(self.instance, snippet.name, language=snippet.language):
                if not kept & {(snippet.name, ""), (snippet.name, text.language)}:
                    raise forms.ValidationError(
                        _("{%(name)s} is named in the own text “%(text)s”."),
                        params={"name": snippet.name, "text": text},
                    )
