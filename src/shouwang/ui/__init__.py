"""The look of Shouwang: page shell, components, forms, charts, maps, print."""
