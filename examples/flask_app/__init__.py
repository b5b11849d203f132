"""Notes: a Flask application with its own users, guarded by rescind. Run it:

export FLASK_APP=examples.flask_app.main FLASK_RESCIND_URL=sqlite:///app.db
flask add-person ada --role admin
flask run                    # or: gunicorn --threads 8 "examples.flask_app.main:create_app()"
"""
