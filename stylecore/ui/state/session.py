"""Typed values in a browser tab's session."""

from __future__ import annotations

from typing import Generic, TypeVar, overload

import streamlit as st

Value = TypeVar("Value")


class SessionValue(Generic[Value]):
    """One value of a page's state, kept in `st.session_state` while the tab lives.

    A page's state is a class whose attributes are such values; its `prefix` keeps the keys of different pages apart:

        class LabState:
            prefix = "lab"
            selected = SessionValue[float | None](None)

    `LabState().selected` reads the value, or the default where nothing was set; assigning to it sets the value. Only
    the module that holds the class knows the keys. A widget may use the same key (`LabState.selected.key`), if it
    stands in that module.
    """

    def __init__(self, default: Value) -> None:
        self._default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = f"{owner.prefix}_{name}"  # type: ignore[attr-defined]  # every state class has one

    @overload
    def __get__(self, state: None, owner: type) -> SessionValue[Value]: ...

    @overload
    def __get__(self, state: object, owner: type) -> Value: ...

    def __get__(self, state: object | None, owner: type) -> Value | SessionValue[Value]:
        if state is None:
            return self
        value: Value = st.session_state.get(self.key, self._default)
        return value

    def __set__(self, state: object, value: Value) -> None:
        st.session_state[self.key] = value
