import { blocksOf, decodeBlock } from "../src/read/index.ts";
import { examinePiece } from "../src/verify/examine-piece.ts";
import { createExaminer } from "../src/verify/examine.ts";
import { createNodeCrypto } from "../src/verify/node-crypto.ts";
import { createVerification } from "../src/verify/verification.ts";
const f=process.argv[2]!; const crypto=createNodeCrypto(); const ex=createExaminer(crypto);
const cpu=()=>process.threadCpuUsage().user+process.threadCpuUsage().system;
let dec=0,exam=0,judge=0,blk=0,n=0; const v=createVerification({crypto,areCopiesExpected:false});
let t=cpu();
for await(const b of blocksOf(f)){ const t0=cpu(); blk+=t0-t; if("kind" in b) continue; for(const x of decodeBlock(b)) n++; const t1=cpu(); const e=await examinePiece(b,ex,decodeBlock); const t2=cpu(); await v.add(e); const t3=cpu(); dec+=t1-t0; exam+=t2-t1; judge+=t3-t2; t=cpu(); }
const lines=(await import("node:fs")).readFileSync(f,"utf8").split("\n"); const t5=cpu(); for(const l of lines) if(l) JSON.parse(l); const t6=cpu();
const us=(a:number)=>(a/n).toFixed(1);
console.log({n,bytes:Math.round(lines.reduce((a,l)=>a+l.length,0)/n),blocks:us(blk),decode:us(dec),examineOnly:us(exam-dec),judge:us(judge),parseAlone:us(t6-t5)});
