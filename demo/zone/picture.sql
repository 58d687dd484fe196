SELECT growth_index.portrait_svg(:'star');
