from email.message import EmailMessage

import aiosmtplib


async def enviar_codigo(destino: str, codigo: str) -> None:
    msg = EmailMessage()
    msg["From"] = "nao-responda@quatropatas.example"
    msg["To"] = destino
    msg["Subject"] = "Seu código"
    msg.set_content(f"Use o código {codigo} nos próximos 20 minutos.")
    await aiosmtplib.send(msg, hostname="localhost", port=25)
