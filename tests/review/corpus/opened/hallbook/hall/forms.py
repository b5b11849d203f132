from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password

from hall.models import Booking


class SignInForm(AuthenticationForm):
    remember = forms.BooleanField(required=False)


class NewPasswordForm(forms.Form):
    password = forms.CharField(widget=forms.PasswordInput)
    password_again = forms.CharField(widget=forms.PasswordInput)

    def clean(self):
        data = super().clean()
        if data.get("password") != data.get("password_again"):
            raise forms.ValidationError("The two passwords differ.")
        validate_password(data.get("password") or "")
        return data


class AskForLinkForm(forms.Form):
    email = forms.EmailField()


class BookingForm(forms.ModelForm):
    class Meta:
        model = Booking
        fields = ["room", "starts", "ends", "purpose"]
