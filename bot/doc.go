// Package bot holds the nouns of the product: what a message, a person, a unit, an issue and a ballot are. It has no logic
// beyond small methods and imports nothing but the standard library, so that every other package can speak in its terms.
//
// One English word a term, used in code, columns and logs alike:
//
//	诉求 issue           建议 suggestion    咨询 question        附议 endorsement   受理 accept       不予受理 refuse
//	交办 assign          签收 sign          退单 return          延期 extend        回复 reply        直接答复 answer
//	办结 resolve         评价 rate          重办 reopen          合并/并案 merge    挂账 shelve       转办 transfer
//	撤回 withdraw        督办 supervise     归档 archive         承办单位 agency    主办/协办 lead/helper
//	表决 ballot          选票 vote          名册 roll            接龙 chain         议事 deliberate   回访 follow-up
//	单位(乡镇/社区) unit  群 group           会话 conversation    台账 ledger        委员 member       界别 sector
//	委员联络工作室 studio 履职积分 duty point 协商会议 meeting     村规民约 village rule
package bot
