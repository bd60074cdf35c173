"""What hello_imgui is told before a window opens."""

from imgui_bundle import hello_imgui

from viz.state.options import Options


def configured(options: Options, idle_fps: float) -> hello_imgui.RunnerParams:
    """Everything that needs no window: its size, where its layout is kept, and how many frames it draws at rest."""
    params = hello_imgui.RunnerParams()
    window = params.app_window_params
    window.window_title = "StyleScope"
    window.window_geometry.size = options.size
    window.restore_previous_geometry = options.keep
    params.ini_disable = not options.keep
    params.ini_folder_type = hello_imgui.IniFolderType.absolute_path
    params.ini_filename = str(options.config_dir / "layout.ini")
    params.remember_selected_alternative_layout = False
    params.renderer_backend_options.open_gl_options.anti_aliasing_samples = 0
    background = hello_imgui.DefaultImGuiWindowType.provide_full_screen_dock_space
    params.imgui_window_params.default_imgui_window_type = background
    params.imgui_window_params.remember_theme = False
    params.fps_idling.enable_idling = options.idling
    params.fps_idling.time_active_after_last_event = 0.5
    params.fps_idling.fps_idle = idle_fps
    return params
