package fingerprint

import "entente.example/lang"

// lists are a hundred words a language, by the two digits that they stand for: everyday things, written for this purpose. A released list never changes: testdata/words.json.
var lists = map[lang.Tag][100]string{
	"en": {
		"anchor", "apple", "arrow", "autumn", "bamboo", "basket", "beach", "bell", "berry", "bird",
		"boat", "book", "bread", "bridge", "bronze", "brush", "butter", "candle", "carpet", "castle",
		"cedar", "cherry", "chimney", "circle", "clay", "cloud", "clover", "coast", "copper", "coral",
		"cotton", "cradle", "crane", "dawn", "deer", "desert", "dolphin", "dragon", "eagle", "earth",
		"ember", "engine", "feather", "fern", "field", "finger", "fire", "flute", "forest", "fountain",
		"fox", "garden", "garlic", "ginger", "glass", "grain", "granite", "grape", "hammer", "harbour",
		"harvest", "heron", "honey", "horse", "island", "ivory", "jacket", "jasmine", "kettle", "kitchen",
		"ladder", "lantern", "lemon", "lion", "marble", "meadow", "melon", "mirror", "moon", "mountain",
		"needle", "oak", "ocean", "olive", "orange", "otter", "paper", "pearl", "pepper", "piano",
		"pine", "planet", "pumpkin", "quilt", "rabbit", "river", "salmon", "silver", "swan", "thunder",
	},
	"zh-Hans": {
		"苹果", "海洋", "高山", "河流", "森林", "草原", "沙漠", "月亮", "太阳", "星星",
		"云彩", "春天", "夏天", "秋天", "冬天", "早晨", "黄昏", "彩虹", "闪电", "雪花",
		"茶叶", "咖啡", "牛奶", "面包", "米饭", "鸡蛋", "豆腐", "蜂蜜", "葡萄", "香蕉",
		"西瓜", "柠檬", "樱桃", "桃花", "荷花", "菊花", "梅花", "竹子", "松树", "柳树",
		"枫叶", "小麦", "玉米", "棉花", "丝绸", "毛笔", "砚台", "书本", "图画", "音乐",
		"钢琴", "笛子", "鼓声", "钟楼", "石桥", "城墙", "宫殿", "灯笼", "蜡烛", "窗户",
		"门环", "花园", "池塘", "水井", "渔船", "码头", "灯塔", "火车", "飞机", "马车",
		"骆驼", "大象", "老虎", "狮子", "熊猫", "兔子", "山羊", "骏马", "黄牛", "孔雀",
		"仙鹤", "燕子", "喜鹊", "鲤鱼", "海豚", "蝴蝶", "蜻蜓", "蚂蚁", "贝壳", "珍珠",
		"黄金", "白银", "青铜", "玉石", "水晶", "琥珀", "铁锤", "剪刀", "罗盘", "风筝",
	},
	"ja": {
		"りんご", "みかん", "ぶどう", "もも", "さくら", "うめ", "きく", "ふじ", "まつ", "たけ",
		"すぎ", "いね", "むぎ", "まめ", "ちゃ", "こめ", "しお", "みそ", "とうふ", "たまご",
		"うみ", "やま", "かわ", "もり", "くさ", "すな", "つき", "ほし", "ひかり", "くも",
		"ゆき", "あめ", "かぜ", "にじ", "はる", "なつ", "あき", "ふゆ", "あさ", "ゆうべ",
		"いぬ", "ねこ", "うま", "うし", "ひつじ", "うさぎ", "きつね", "たぬき", "くま", "しか",
		"つる", "すずめ", "つばめ", "からす", "はと", "かめ", "かえる", "こい", "さけ", "くじら",
		"ちょう", "とんぼ", "せみ", "ほたる", "かい", "しんじゅ", "きん", "ぎん", "どう", "ひすい",
		"はし", "みち", "いえ", "まど", "とびら", "にわ", "いけ", "いど", "ふね", "みなと",
		"とうだい", "でんしゃ", "くるま", "たこ", "こま", "すず", "たいこ", "ふえ", "こと", "ふで",
		"すみ", "かみ", "ほん", "えほん", "とけい", "かがみ", "はさみ", "ろうそく", "ちょうちん", "うちわ",
	},
}
