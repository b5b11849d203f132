from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm

from .models import Guest, Member


class LoginForm(AuthenticationForm):
    remember = forms.BooleanField(required=False)


class PhoneLoginForm(forms.Form):
    phone = forms.CharField()
    password = forms.CharField(widget=forms.PasswordInput)

    def clean(self):
        data = super().clean()
        member = Member.objects.filter(phone=data.get("phone")).first()
        if member is None:
            self.add_error("phone", "No member has this number.")
            return data
        self.member = authenticate(username=member.username, password=data.get("password"))
        if self.member is None:
            self.add_error("password", "Wrong password.")
        return data


class ProfileForm(forms.ModelForm):
    class Meta:
        model = Member
        fields = ("first_name", "last_name", "phone")


class OfficeForm(forms.ModelForm):
    """The office's form for a member, which the members' page uses too."""

    class Meta:
        model = Member
        fields = ("first_name", "last_name", "phone", "is_staff", "groups")


class GuestForm(forms.ModelForm):
    class Meta:
        model = Guest
        fields = ("name",)
