"""What is known of Django, REST framework and what stands on them: settings, guards, credentials.

`drawing` puts it together. `asks` says what stands before a view, `anonymous` what a function of the
application does with a request of nobody, `ends` what its views end, `sessions`, `rest` and `simplejwt` what
that does to a copy of each credential.
"""
