SELECT growth_index.cockpit_html('zh', '高新区（演示数据）');
