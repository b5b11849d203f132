from django import forms

from .models import Boat, Damage, Reservation


class BoatForm(forms.ModelForm):
    class Meta:
        model = Boat
        fields = ["name", "seats", "built"]


class ReservationForm(forms.ModelForm):
    class Meta:
        model = Reservation
        fields = ["boat", "start", "end", "note"]

    def clean(self):
        data = super().clean()
        start, end = data.get("start"), data.get("end")
        if start and end and start >= end:
            raise forms.ValidationError("Das Ende liegt vor dem Beginn.")
        if data.get("boat") and data["boat"].blocked:
            self.add_error("boat", "Dieses Boot ist gesperrt.")
        return data


class DamageForm(forms.ModelForm):
    photo = forms.FileField(required=False)

    class Meta:
        model = Damage
        fields = ["member", "boat", "text"]
        widgets = {"member": forms.HiddenInput}


class AddressForm(forms.Form):
    email = forms.EmailField(label="E-Mail")


class KioskForm(forms.Form):
    number = forms.CharField(max_length=12, label="Mitgliedsnummer")
    pin = forms.CharField(max_length=8, widget=forms.PasswordInput)


class TripForm(forms.Form):
    boat = forms.ModelChoiceField(Boat.objects.filter(blocked=False))
    kilometres = forms.IntegerField(min_value=1, max_value=200)
