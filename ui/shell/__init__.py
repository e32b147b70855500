"""The shell: joins the features into one window. The only part of `ui` that knows them all."""
