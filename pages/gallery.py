"""Gallery: what comes out, for many pairs, λ and descriptions of style; a click opens one in the Studio."""

from stylecore.language import _
from stylecore.ui.gallery.opening import go_where_opened
from stylecore.ui.gallery.visitors_wall import show_visitors_wall
from stylecore.ui.gallery.wall import show_wall
from stylecore.ui.page import heading, page
from stylecore.ui.state.page_state import apply_query_params
from stylecore.ui.widgets.settings import need_settings

with page("Gallery") as (engine, owner):
    apply_query_params(engine, owner)
    go_where_opened()
    heading(_("Finished pictures"), _("Click one to open it in the Studio, with its pair and its settings."))
    need_settings()
    show_wall(engine, owner)
    show_visitors_wall(owner)
