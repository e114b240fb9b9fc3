import { member, speak, start, stop, run, address, visitor, overflow, submit, languages } from "./harness.mjs";
import fs from "node:fs";
await start();
const out="/tmp/walk/shots"; fs.mkdirSync(out,{recursive:true});
const s=await member("cedar-sec");
const r=await s.context.request.get(s.base+"/");
const home=await r.text();
const mech=(home.match(/href="\/m\/([^"\/]+)"/)||[])[1];
console.log("mech",mech, s.base);
const links=[...new Set([...(await (await s.context.request.get(s.base+"/m/"+mech)).text()).matchAll(/href="(\/m\/[^"#]+)"/g)].map(m=>m[1]))];
console.log(links.join("\n"));
const pages=["/m/"+mech+"/texts/calendar-3","/m/"+mech+"/texts/js-9","/m/"+mech+"/line/main","/keys","/m/"+mech+"/meetings/main.9","/m/"+mech+"/texts/millstone.t-gate"];
for (const l of languages){ await speak(s,l);
 for (const p of pages){ const x=await s.go(p); await s.page.waitForTimeout(300); await s.page.screenshot({path:`${out}/${l}${p.replace(/\//g,"_")}.png`,fullPage:true}); console.log(l,p,x.status(), await overflow(s.page), (await s.page.locator("h1").first().innerText())); } }
console.log(s.bad.slice(0,5));
await stop();
