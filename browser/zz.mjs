import { member, speak, start, stop, submit, overflow, languages } from "./harness.mjs";
import fs from "node:fs";
await start();
const out="/tmp/walk/shots"; fs.rmSync(out,{recursive:true,force:true}); fs.mkdirSync(out,{recursive:true});
const s=await member("cedar-sec");
const shot=async(n)=>{ await s.page.waitForTimeout(500); await s.page.screenshot({path:`${out}/${n}.png`,fullPage:true}); };
const errs=async()=> (await s.page.locator(".problem, [role=alert]").allInnerTexts()).join(" | ").replace(/\s+/g," ");
for (const l of languages) { await speak(s,l);
 for (const f of ["macro.docx","renamed.docx","u16be.md","inv.md"].concat(l=="en"?["bomb.docx","trunc.docx","empty.md","big.md"]:[])) {
  await s.go("/m/valley/texts/calendar-3");
  const form=s.page.locator('form[action$="/compare"]').first();
  for (const d of await s.page.locator('details:has(form[action$="/compare"]):not([open]) > summary').all()) await d.click();
  await form.locator("input[type=file]").setInputFiles("/tmp/walk/rub/"+f);
  await submit(s, form.locator("button").last()).catch(e=>console.log(f,e.message.slice(0,150)));
  console.log(l, f, s.page.url().replace(/.*valley/,""), "::", (await errs()).slice(0,200) || (await s.page.locator(".mark").allInnerTexts()).join("|").slice(0,200));
 }
 await s.go("/m/valley/line/main"); await shot("line_"+l);
 await s.go("/m/valley/meetings/main.9"); console.log(l,"main.9 overflow",await overflow(s.page));
}
await speak(s,"ja");
await s.go("/m/valley/concerns");
for (const d of await s.page.locator("main details:not([open]) > summary").all()) await d.click().catch(()=>{});
const f=s.page.locator("main form").filter({has:s.page.locator("textarea")}).first();
const tas=f.locator("textarea"); await tas.first().fill("打刻された文言");
const idf=f.locator('input[name=id]'); if (await idf.count()) await idf.fill("r-1");
const due=f.locator('input[name=due]'); console.log("due", await due.count()); if(await due.count()) await due.fill("2020-01-01");
await submit(s,f.locator("button").last()).catch(e=>console.log(e.message.slice(0,300)));
console.log("concern", s.page.url(), (await errs()).slice(0,300), "kept:", await s.page.locator("textarea").evaluateAll(l=>l.map(t=>t.value).filter(Boolean)), await s.page.locator('input[name=due]').evaluateAll(l=>l.map(x=>x.value)));
await shot("bad_concern");
const t=await member("cedar-trans").catch(()=>null);
console.log(s.bad.filter(x=>!/status of 4/.test(x)).slice(0,5));
await stop();
