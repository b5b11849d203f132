from setuptools import find_packages, setup

setup(name="oldgate", version="0.9", packages=find_packages(), install_requires=["webob", "bottle"])
