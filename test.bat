@echo off
rem Finds Python 3.11 or newer and does what `make test` does elsewhere.
setlocal
cd /d "%~dp0"
for %%V in (3.11 3.12 3.13) do (
  py -%%V -c "" >nul 2>&1 && (
    py -%%V tools\start.py test %*
    exit /b
  )
)
python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>&1 && (
  python tools\start.py test %*
  exit /b
)
echo StyleScope needs Python 3.11 or newer: install it from https://www.python.org/downloads/ and try again.
exit /b 1
