from setuptools import setup
req = ['a>=1']
setup(name='x', install_requires=req, extras_require={'dev': ['bandit']})
