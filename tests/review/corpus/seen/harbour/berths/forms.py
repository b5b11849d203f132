from django import forms
from django.contrib.auth.password_validation import validate_password


class NewPasswordForm(forms.Form):
    new = forms.CharField(widget=forms.PasswordInput)
    again = forms.CharField(widget=forms.PasswordInput)

    def clean(self):
        data = super().clean()
        password, confirmation = data.get("new"), data.get("again")
        if password and confirmation and password != confirmation:
            raise forms.ValidationError("The two passwords differ.")
        validate_password(password)
        return data
