import hashlib


def photo_checksum(upload):
    """Two reports with the same photo are shown as one."""
    summe = hashlib.md5()
    for chunk in upload.chunks():
        summe.update(chunk)
    return summe.hexdigest()


def readable_size(count):
    for unit in ("B", "kB", "MB"):
        if count < 1024:
            return f"{count:.0f} {unit}"
        count /= 1024
    return f"{count:.1f} GB"
