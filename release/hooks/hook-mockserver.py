"""What PyInstaller cannot see: services are imported by the names of their folders, and specs and worlds are files."""

from PyInstaller.utils.hooks import collect_data_files, collect_submodules, copy_metadata

# Packages with files that they read, for which PyInstaller has no hook.
LIBRARIES = ("flask_swagger_ui", "openapi_schema_validator", "openapi_spec_validator")

hiddenimports = collect_submodules("mockserver")
datas = [
    *(entry for package in ("mockserver", *LIBRARIES) for entry in collect_data_files(package)),
    # A script that repeats a session is made from the source of this module.
    *collect_data_files("mockserver", include_py_files=True, includes=["**/replay_runtime.py"]),
    *copy_metadata("emporix-mockserver", recursive=True),  # some libraries ask for their own version
]
