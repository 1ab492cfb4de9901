// Pieces of JavaScript that compiled code is put together from (thumb.mjs): x and y are operands, z is
// the result, a is an address.
export const RAM = '>>>0)>=270336';  // (address ^ 0x20000000) beyond 264 KiB
// Three integers are the flags: nz is the last result, c is 0 or 1, the sign of v is V.
export const CONDITIONS = [
  'nz===0', 'nz!==0', 'c!==0', 'c===0', 'nz<0', 'nz>=0', 'v<0', 'v>=0',
  'c!==0&&nz!==0', 'c===0||nz===0', '(nz^v)>=0', '(nz^v)<0', 'nz!==0&&(nz^v)>=0', 'nz===0||(nz^v)<0',
];
export const ADD = 'z=x+y|0;c=(z>>>0)<(x>>>0)?1:0;v=(x^z)&(y^z);nz=z;';
export const SUBTRACT = 'z=x-y|0;c=(x>>>0)>=(y>>>0)?1:0;v=(x^y)&(x^z);nz=z;';
export const ADD_CARRY = 'z=x+y+c|0;c=(x>>>0)+(y>>>0)+c>4294967295?1:0;v=(x^z)&(y^z);nz=z;';
// By a register: x by y, 0 to 255 places, as the manual has it (mends.mjs: SHIFTS).
export const LEFT = 'if(y>31){c=y===32?x&1:0;z=0;}else if(y){c=x>>>32-y&1;z=x<<y;}else z=x;nz=z;';
export const RIGHT = 'if(y>31){c=y===32?x>>>31:0;z=0;}else if(y){c=x>>>y-1&1;z=x>>>y|0;}else z=x;nz=z;';
export const SIGNED_RIGHT = 'if(y>31){c=x>>>31;z=x>>31;}else if(y){c=x>>>y-1&1;z=x>>y;}else z=x;nz=z;';
export const ROTATE = 'if(y){z=x>>>(y&31)|x<<(32-y&31);c=z>>>31;}else z=x;nz=z;';
// The divider, spin locks and what is read of SIO (RP2040 data sheet, section 2.3.1) know no time.
export const READS_SIO = 'a>>>9===0x680000';
export const WRITES_SIO = '(a>>>5===0x6800003||a>>>7===0x1a00002)';
export const SIZES = { 4: ['32', '>>2'], 2: ['16', '>>1'], 1: ['8', ''] };  // bytes to view and index
