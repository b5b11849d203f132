from django import forms
from django.contrib.auth.password_validation import validate_password


class PayoutForm(forms.Form):
    iban = forms.CharField(min_length=15, max_length=34)


class NewPasswordForm(forms.Form):
    password = forms.CharField(widget=forms.PasswordInput)
    password_again = forms.CharField(widget=forms.PasswordInput)

    def clean(self):
        data = super().clean()
        password = data.get("password")
        if password != data.get("password_again"):
            self.add_error("password_again", "The two entries differ.")
        elif password:
            validate_password(password)
        return data
