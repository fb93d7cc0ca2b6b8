"""The words that names of compounds, hamlets and people are made of."""

from __future__ import annotations


def _each(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NEW_FRONT = _each(
    "阳光 金色 东湖 长江 江南 滨江 翠湖 丽景 锦绣 香榭 紫荆 银河 百合 世纪 东方 金地 华润 绿城 南湖 汉水 楚天 星河 "
    "凤凰 水岸 听涛 海棠 梅苑 桂苑 枫林 明珠 天鹅 巴黎 常青 汉口 光谷 春天 万豪 和谐 幸福 鑫龙 名都 龙阳 沙湖 月湖 "
    "黄鹤 晴川 复地 融侨 保利 福星 统建 同馨 惠民 康居 青年 水云 江城 丰泽"
)
NEW_BACK = _each(
    "花园 家园 新城 公馆 华府 名居 嘉园 雅苑 国际城 名邸 花苑 豪庭 佳园 新村 小区 丽都 半岛 御园 印象 时代"
)
OLD_FRONT = _each(
    "纺织 棉纺 武重 武锅 武船 铁路 邮电 航运 港务 建工 市政 电力 供销 粮食 石化 冶金 机床 无线电 卷烟 印刷 制药 轻工 "
    "公交 自来水 煤气 烟草 搪瓷 柴油机 毛纺 肉联 车辆 汽配 钢花 教师 医院 银行 税务 法院 林业 水利 地质 勘测 测绘 海员"
)
OLD_BACK = _each("社区宿舍 厂宿舍 家属院 大院 宿舍 新村 小区 职工住宅 家属楼 宿舍北区 宿舍南区 老区")
LANE_BACK = _each("里 坊 巷 村 小区 片区 新村 一区 二区 还建楼 还建小区")
PART_BACK = _each("小区 东区 西区 南区 北区 一区 二区")
WHOLE_NAMES = _each("苑 园 城 村 里 坊 湾 府 居 院 庭 岛")
"""Communities called after a compound: their compounds are parts of it, 平安苑 → 平安苑东区."""
HAMLET_BACK = _each("湾 湾 湾 湾 塆 塆 畈 冲 咀 墩 岗 台 嘴 岭 河 桥")

SURNAMES = (
    "王李张刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段漕钱汤尹黎易常武乔贺赖龚文"
).replace("漕", "雷")
"""Commonest first; drawn with weights that fall."""
MALE = "伟强磊军勇涛超明刚平辉鹏华飞杰波斌宇浩凯健俊帆鑫建国志文海新林德永庆春光宏斌亮龙成东旭晨泽轩博"
FEMALE = "芳娜敏静丽艳娟霞秀英玲燕红梅兰慧婷雪琳倩洁莉莹颖萍蓉琴云珍桂凤香月菊玉淑琼欣怡佳雨梓涵萱"
